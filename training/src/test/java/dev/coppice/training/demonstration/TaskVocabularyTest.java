package dev.coppice.training.demonstration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TaskVocabularyTest {

  @Test
  void shouldKeepATagInOneTokenAndACharacterInOne() {
    final int[] ids = TaskVocabulary.encode("<bos>8=\n<call>");

    assertEquals(5, ids.length);
    assertEquals(TaskVocabulary.BOS, ids[0]);
    assertEquals(TaskVocabulary.CALL, ids[4]);
  }

  @Test
  void shouldGiveBackEveryTextTheTasksNeed() {
    final String text =
        "<bos>=29/6\n<call>open 1</call><obs>worth 3</obs><call>7/2--8*3+5</call>"
            + "<obs>illegal</obs><obs>bad</obs><obs>empty</obs>40 8<answer>29</answer><eos><pad>";

    assertEquals(text, TaskVocabulary.decode(TaskVocabulary.encode(text)));
  }

  @Test
  void shouldNeverRenumberTheTokensTheShippedPolicyWasTrainedWith() {
    assertArrayEquals(
        new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 18, 19, 25, 41},
        TaskVocabulary.encode("<pad><bos><eos><call></call><obs></obs><answer></answer>09+\ny"));
  }

  @Test
  void shouldNameTheTextWhenACharacterIsUnknown() {
    assertThrows(IllegalArgumentException.class, () -> TaskVocabulary.encode("8?"));
    assertThrows(IllegalArgumentException.class, () -> TaskVocabulary.encode("<tool>"));
  }
}
