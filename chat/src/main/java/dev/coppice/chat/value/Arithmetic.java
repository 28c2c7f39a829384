package dev.coppice.chat.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Computes Python's operators. */
public final class Arithmetic {
  /** The longest text or list that an operator makes. */
  static final int LONGEST = 1 << 24;

  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);
  private static final int LARGEST_POWER = 1024;

  private Arithmetic() {}

  /**
   * Applies an operator.
   *
   * @param operator one of {@code + - * / // % **}.
   * @param left operand.
   * @param right operand.
   * @return the result.
   */
  public static Object binary(final String operator, final Object left, final Object right) {
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (isNumber(left) && isNumber(right)) {
      return numbers(operator, left, right);
    }
    return switch (operator) {
      case "+" -> join(left, right);
      case "*" -> isInteger(left) ? repeat(right, left) : repeat(left, right);
      default -> throw unsupported(operator, left, right);
    };
  }

  /**
   * Turns the sign.
   *
   * @param value a number.
   * @return its negative.
   */
  public static Object negate(final Object value) {
    if (value instanceof Double d) {
      return -d;
    }
    return normal(integer(value).negate());
  }

  /**
   * Returns whether a value is a number; truth values are.
   *
   * @param value any.
   * @return true if it can be computed with.
   */
  public static boolean isNumber(final Object value) {
    return value instanceof Double || isInteger(value);
  }

  /**
   * Returns whether a value is a whole number; truth values are.
   *
   * @param value any.
   * @return true if it can be an index.
   */
  public static boolean isInteger(final Object value) {
    return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
  }

  /**
   * Reads a whole number.
   *
   * @param value a number or truth value.
   * @return its value.
   */
  public static BigInteger integer(final Object value) {
    return switch (value) {
      case Long l -> BigInteger.valueOf(l);
      case BigInteger b -> b;
      case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
      case Undefined u -> throw u.failure();
      default ->
          throw new TemplateException(
              "'" + PythonText.typeName(value) + "' object is not an integer");
    };
  }

  /**
   * Reads a whole number that fits an index.
   *
   * @param value a number or truth value.
   * @return its value, cut to what an int holds.
   */
  public static int index(final Object value) {
    return integer(value)
        .max(BigInteger.valueOf(Integer.MIN_VALUE))
        .min(BigInteger.valueOf(Integer.MAX_VALUE))
        .intValue();
  }

  /**
   * Brings a whole number to its usual type.
   *
   * @param value any.
   * @return a {@code Long} where it fits.
   */
  public static Object normal(final BigInteger value) {
    return value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0
        ? (Object) value
        : (Object) value.longValue();
  }

  /**
   * Reads a number.
   *
   * @param value a number or truth value.
   * @return its value in double precision.
   */
  public static double real(final Object value) {
    return value instanceof Double d ? d : integer(value).doubleValue();
  }

  /**
   * Compares two numbers by value.
   *
   * @param left a number.
   * @param right a number, neither being NaN.
   * @return the sign of their difference.
   */
  public static int compare(final Object left, final Object right) {
    final double a = real(left);
    final double b = real(right);
    if (left instanceof Double || right instanceof Double) {
      if (Double.isInfinite(a) || Double.isInfinite(b)) {
        return Double.compare(a, b);
      }
      return exact(left).compareTo(exact(right));
    }
    return integer(left).compareTo(integer(right));
  }

  private static BigDecimal exact(final Object value) {
    return value instanceof Double d ? new BigDecimal(d) : new BigDecimal(integer(value));
  }

  private static Object numbers(final String operator, final Object left, final Object right) {
    if (left instanceof Double || right instanceof Double || operator.equals("/")) {
      return reals(operator, real(left), real(right));
    }
    final BigInteger a = integer(left);
    final BigInteger b = integer(right);
    return switch (operator) {
      case "+" -> normal(a.add(b));
      case "-" -> normal(a.subtract(b));
      case "*" -> normal(bounded(a.multiply(b)));
      case "//" -> normal(floor(a, nonZero(b)));
      case "%" -> normal(a.subtract(floor(a, nonZero(b)).multiply(b)));
      default -> power(a, b);
    };
  }

  private static Object power(final BigInteger a, final BigInteger b) {
    if (b.signum() < 0) {
      return Math.pow(a.doubleValue(), b.doubleValue());
    }
    if (b.bitLength() > 31 || (long) a.bitLength() * b.intValue() > LARGEST_POWER) {
      throw new TemplateException("a power is too large: exponent=" + b);
    }
    return normal(a.pow(b.intValue()));
  }

  private static BigInteger bounded(final BigInteger value) {
    if (value.bitLength() > LARGEST_POWER) {
      throw new TemplateException("a number is too large: bits=" + value.bitLength());
    }
    return value;
  }

  private static BigInteger nonZero(final BigInteger value) {
    if (value.signum() == 0) {
      throw new TemplateException("division by zero");
    }
    return value;
  }

  private static BigInteger floor(final BigInteger a, final BigInteger b) {
    final BigInteger[] parts = a.divideAndRemainder(b);
    final boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static Object reals(final String operator, final double a, final double b) {
    if (b == 0 && (operator.startsWith("/") || operator.equals("%"))) {
      throw new TemplateException("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> {
        final double rest = a % b;
        yield rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
      }
      default -> Math.pow(a, b);
    };
  }

  private static Object join(final Object left, final Object right) {
    if (isText(left) && isText(right) && !(left instanceof String && right instanceof String)) {
      return SafeText.join(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      size((long) a.length() + b.length());
      return a + b;
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      size((long) a.size() + b.size());
      final List<Object> both = new ArrayList<>(a);
      both.addAll(b);
      return both;
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      final List<Object> both = new ArrayList<>(a.items());
      both.addAll(b.items());
      return new Tuple(both);
    }
    throw unsupported("+", left, right);
  }

  private static boolean isText(final Object value) {
    return value instanceof String || value instanceof SafeText;
  }

  private static Object repeat(final Object what, final Object count) {
    if (!isInteger(count)) {
      throw unsupported("*", what, count);
    }
    final int times = Math.max(0, index(count));
    if (what instanceof String text) {
      size((long) text.length() * times);
      return text.repeat(times);
    }
    final List<?> items = what instanceof Tuple tuple ? tuple.items() : asList(what, count);
    size((long) items.size() * times);
    final List<Object> all = new ArrayList<>(items.size() * times);
    for (int i = 0; i < times; i++) {
      all.addAll(items);
    }
    return what instanceof Tuple ? new Tuple(all) : all;
  }

  private static List<?> asList(final Object what, final Object count) {
    if (what instanceof List<?> list) {
      return list;
    }
    throw unsupported("*", what, count);
  }

  /**
   * Refuses what is too long.
   *
   * @param length of text or of a list.
   */
  static void size(final long length) {
    if (length > LONGEST) {
      throw new TemplateException("a value is longer than " + LONGEST + ": length=" + length);
    }
  }

  private static TemplateException unsupported(
      final String operator, final Object left, final Object right) {
    return new TemplateException(
        "unsupported operand types for %s: '%s' and '%s'"
            .formatted(operator, PythonText.typeName(left), PythonText.typeName(right)));
  }
}
