package dev.coppice.app.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.tomlj.TomlArray;

/** Turns values of a file, or of the command line, into the type a key has. */
enum ValueType {
  /** A whole number of 32 bits. */
  INT("a whole number") {
    @Override
    Object convert(final Object raw, final Key key) {
      return Math.toIntExact(inRange(wholeNumber(raw), key));
    }
  },
  /** A whole number of 64 bits. */
  LONG("a whole number") {
    @Override
    Object convert(final Object raw, final Key key) {
      return inRange(wholeNumber(raw), key);
    }
  },
  /** A whole number that may be absent. */
  OPTIONAL_LONG("a whole number") {
    @Override
    Object convert(final Object raw, final Key key) {
      return OptionalLong.of(inRange(wholeNumber(raw), key));
    }
  },
  /** A number. */
  DOUBLE("a number") {
    @Override
    Object convert(final Object raw, final Key key) {
      final double value =
          switch (raw) {
            case Double number -> number;
            case Long number -> number;
            default -> throw new WrongValue(null);
          };
      if (!(value >= key.min() && value <= key.max())) {
        throw new WrongValue(rangeText(key));
      }
      return value;
    }
  },
  /** True or false. */
  BOOLEAN("true or false") {
    @Override
    Object convert(final Object raw, final Key key) {
      if (raw instanceof Boolean flag) {
        return flag;
      }
      throw new WrongValue(null);
    }
  },
  /** A text. */
  STRING("a text") {
    @Override
    Object convert(final Object raw, final Key key) {
      if (raw instanceof String text) {
        return chosen(text, key);
      }
      throw new WrongValue(null);
    }
  },
  /** A list of texts. */
  STRINGS("a list of texts") {
    @Override
    Object convert(final Object raw, final Key key) {
      final List<String> texts = new ArrayList<>();
      for (final Object item : items(raw)) {
        texts.add((String) STRING.convert(item, key));
      }
      return List.copyOf(texts);
    }
  },
  /** A list of whole numbers. */
  INTS("a list of whole numbers") {
    @Override
    Object convert(final Object raw, final Key key) {
      final List<Integer> numbers = new ArrayList<>();
      for (final Object item : items(raw)) {
        numbers.add((Integer) INT.convert(item, key));
      }
      return List.copyOf(numbers);
    }
  };

  private final String words;

  ValueType(final String words) {
    this.words = words;
  }

  /** Turns a value of a file into this type. */
  abstract Object convert(Object raw, Key key);

  /** Returns what to call a value of this type. */
  String words() {
    return words;
  }

  /** Returns whether the type is a list. */
  boolean isList() {
    return this == STRINGS || this == INTS;
  }

  /** Returns the type of a key's component. */
  static ValueType of(final RecordComponent component) {
    final Class<?> type = component.getType();
    if (type == List.class) {
      final var item = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
      return item == String.class ? STRINGS : INTS;
    }
    if (type == int.class) {
      return INT;
    }
    if (type == long.class) {
      return LONG;
    }
    if (type == double.class) {
      return DOUBLE;
    }
    if (type == boolean.class) {
      return BOOLEAN;
    }
    return type == OptionalLong.class ? OPTIONAL_LONG : STRING;
  }

  private static long wholeNumber(final Object raw) {
    if (raw instanceof Long number) {
      return number;
    }
    throw new WrongValue(null);
  }

  private static List<Object> items(final Object raw) {
    if (raw instanceof TomlArray array) {
      return array.toList();
    }
    throw new WrongValue(null);
  }

  private static String chosen(final String text, final Key key) {
    final List<String> choices = Arrays.asList(key.choices());
    if (choices.isEmpty() || choices.contains(text)) {
      return text;
    }
    throw new WrongValue("one of " + String.join(", ", choices));
  }

  long inRange(final long value, final Key key) {
    final double most = this == INT ? Math.min(key.max(), Integer.MAX_VALUE) : key.max();
    if (value >= key.min() && value <= most) {
      return value;
    }
    throw new WrongValue(rangeText(key));
  }

  private static String rangeText(final Key key) {
    final boolean open = key.max() == Double.POSITIVE_INFINITY;
    final String least = number(key.min());
    return open ? "at least " + least : "between " + least + " and " + number(key.max());
  }

  private static String number(final double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** Says that a value does not fit; the message is what would, or null for the type alone. */
  static final class WrongValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongValue(final String fitting) {
      super(fitting);
    }
  }
}
