package dev.coppice.environments.contract;

import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.MethodWorld;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A list of notes that keeps the contract; subclasses break one law each. */
public class NoteWorld extends MethodWorld {
  protected List<String> notes = new ArrayList<>();

  @Override
  public void reset(final Task task, final long seed) {
    notes = new ArrayList<>();
  }

  /** Adds a note. */
  @ToolMethod(value = "Adds a note.", effect = SideEffect.WRITE)
  public int add(@Argument(value = "The note.", name = "note") final String note) {
    notes.add(note);
    return notes.size();
  }

  /** Shows the notes. */
  @ToolMethod(value = "Shows all notes.", effect = SideEffect.READ)
  public List<String> show() {
    return List.copyOf(notes);
  }

  @Override
  public NoteWorld fork() {
    final NoteWorld fork = blank();
    fork.notes = new ArrayList<>(notes);
    return fork;
  }

  protected NoteWorld blank() {
    return new NoteWorld();
  }

  @Override
  public String digest() {
    return StateDigest.of(String.join("\n", notes) + notes.size());
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    return new Score(notes.size(), Map.of(), null);
  }
}
