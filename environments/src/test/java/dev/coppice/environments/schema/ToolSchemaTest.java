package dev.coppice.environments.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.error.ErrorCategory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolSchemaTest {
  private static final String SILENT =
      "{'type':'object','required':['a'],'properties':{'a':{'type':'string'},"
          + "'n':{'type':'integer','minimum':1,'maximum':9},'may':{'type':['string','null']}}}";
  private static final String STANDARD =
      "{'type':'object','additionalProperties':true,'$defs':{'id':{'type':'string',"
          + "'pattern':'^[a-z]+$'}},'properties':{'id':{'$ref':'#/$defs/id'},"
          + "'size':{'anyOf':[{'type':'string'},{'type':'null'}]},"
          + "'one':{'oneOf':[{'minimum':5},{'multipleOf':2}]},"
          + "'all':{'allOf':[{'minimum':5},{'multipleOf':2}]},"
          + "'kind':{'enum':['x',1,null]},'fixed':{'const':7},"
          + "'day':{'type':'string','format':'date'},'n':{'type':'integer'},"
          + "'deep':{'type':'object','additionalProperties':false,'required':['in'],"
          + "'properties':{'in':{'type':'array','items':{'maxLength':2}}}},"
          + "'under':{'type':'number','exclusiveMaximum':3}},"
          + "'dependentRequired':{'day':['n']},'patternProperties':{'^x-':{'type':'boolean'}}}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'a':'x'}|",
        "{'a':'x','n':null}|",
        "{'a':'x','may':null}|",
        "{}|t needs the argument a",
        "{'a':null}|t needs the argument a",
        "{'a':'x','b':1}|t has no argument b; its arguments are [a, n, may]",
        "{'b':1}|t has no argument b; its arguments are [a, n, may]",
        "{'n':99}|t needs the argument a",
        "{'a':1}|t: a must be string, not 1",
        "{'a':'x','n':0}|t: n must be at least 1, not 0",
        "{'a':'x','n':10}|t: n must be at most 9, not 10",
        "{'a':'x','n':2.5}|t: n must be integer, not 2.5",
        "{'a':'x','may':1}|t: may must be string or null, not 1"
      })
  void shouldHoldAToolThatIsSilentOnOthersToItsOwnArguments(final String call, final String said) {
    assertEquals(said, refusal(SILENT, call));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{}|",
        "{'more':{'than':['named']}}|",
        "{'id':'abc'}|",
        "{'id':'ABC'}|t: id does not match the regex pattern ^[a-z]+$, not ABC",
        "{'id':5}|t: id must be string, not 5",
        "{'id':null}|t: id must not be null",
        "{'size':'s'}|",
        "{'size':null}|",
        "{'size':true}|t: size must be string, not true, or must be null, not true",
        "{'one':7}|",
        "{'one':2}|",
        "{'all':8}|",
        "{'all':2}|t: all must be at least 5, not 2",
        "{'kind':'x'}|",
        "{'kind':1}|",
        "{'kind':1.0}|",
        "{'kind':null}|",
        "{'kind':'y'}|t: kind must be one of [x, 1, null], not y",
        "{'fixed':7}|",
        "{'n':2.0}|",
        "{'n':2.5}|t: n must be integer, not 2.5",
        "{'day':'2024-02-29','n':1}|",
        "{'deep':{'in':['ab']}}|",
        "{'deep':{'in':['ab','abc']}}|t: deep has a in that has an item that must be at most 2, not"
            + " 3 characters",
        "{'deep':{}}|t: deep needs in",
        "{'deep':{'in':[],'out':1}}|t: deep has no out",
        "{'x-a':true}|",
        "{'x-a':1}|t: x-a must be boolean, not 1"
      })
  void shouldReadASchemaAsTheStandardSays(final String call, final String said) {
    assertEquals(said, refusal(STANDARD, call));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'one':6}|one",
        "{'one':3}|one",
        "{'fixed':8}|fixed",
        "{'day':'2023-02-29','n':1}|day",
        "{'day':'2024-02-29'}|n",
        "{'under':3}|under"
      })
  void shouldRefuseWhatTheStandardRefuses(final String call, final String named) {
    final String said = refusal(STANDARD, call);

    assertTrue(said != null && said.startsWith("t: ") && said.contains(named), said);
  }

  @Test
  void shouldAllowEverythingWhereASchemaSaysNothing() {
    assertNull(refusal("{'type':'object'}", "{'a':1,'b':null}"));
    assertNull(refusal("{}", "{'a':[{}]}"));
  }

  @Test
  void shouldAllowNoArgumentWhereThereIsNone() {
    assertEquals(
        "t has no argument a; its arguments are []",
        refusal("{'type':'object','properties':{}}", "{'a':1}"));
    assertEquals(
        "t has no argument a; its arguments are []",
        refusal("{'type':'object','additionalProperties':false}", "{'a':1}"));
  }

  @Test
  void shouldFollowAReferenceToItself() {
    final String tree =
        "{'additionalProperties':true,'properties':{'tree':{'$ref':'#/$defs/node'}},"
            + "'$defs':{'node':{'type':'object','properties':{'next':{'$ref':'#/$defs/node'},"
            + "'n':{'type':'integer'}}}}}";

    assertNull(refusal(tree, "{'tree':{'next':{'next':{'n':1}}}}"));
    assertEquals(
        "t: tree has a next that has a next that has a n that must be integer, not x",
        refusal(tree, "{'tree':{'next':{'next':{'n':'x'}}}}"));
  }

  @Test
  void shouldReadAnOlderDraftByItsOwnRules() {
    final String draft =
        "{'$schema':'http://json-schema.org/draft-07/schema#','additionalProperties':true,"
            + "'definitions':{'pair':{'items':[{'type':'string'},{'type':'integer'}]}},"
            + "'properties':{'p':{'$ref':'#/definitions/pair'}}}";

    assertNull(refusal(draft, "{'p':['a',1]}"));
    assertEquals("t: p has an item that must be integer, not b", refusal(draft, "{'p':['a','b']}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'type':'strnig'}|type",
        "{'properties':{'a':{'minimum':'3'}}}|minimum",
        "{'properties':{'a':{'pattern':'['}}}|pattern",
        "{'properties':[]}|properties",
        "{'properties':{'a':{'$ref':'#/$defs/none'}}}|none",
        "{'$schema':'https://example.org/mine','type':'object'}|example.org",
        "{'$ref':'#'}|leads back to itself"
      })
  void shouldNameTheToolWhoseSchemaIsNone(final String schema, final String fault) {
    final ToolSchemaException refusal =
        assertThrows(ToolSchemaException.class, () -> refusal(schema, "{}"));

    assertTrue(
        refusal.getMessage().startsWith("the JSON schema of the tool t "), refusal::getMessage);
    assertTrue(refusal.getMessage().contains(fault), refusal::getMessage);
    assertEquals(ErrorCategory.CONFIGURATION, refusal.errorCode().category());
    assertEquals("tool-schema-invalid", refusal.errorCode().name());
  }

  @Test
  void shouldRefuseAReferenceToAnotherDocumentAndNeverFetchIt() throws IOException {
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    final AtomicInteger asked = new AtomicInteger();
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    try {
      final String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/s.json";
      final ToolSchemaException refusal =
          assertThrows(
              ToolSchemaException.class,
              () -> refusal("{'properties':{'a':{'$ref':'" + address + "'}}}", "{'a':1}"));

      assertTrue(refusal.getMessage().contains(address), refusal::getMessage);
      assertEquals(0, asked.get(), "nobody may be asked for a schema");
      assertThrows(
          ToolSchemaException.class,
          () -> refusal("{'properties':{'a':{'$ref':'file:///etc/hostname'}}}", "{'a':1}"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldCheckAnAnswerByTheStandard() {
    final ToolSchema schema =
        ToolSchema.ofResult(
            "t",
            CanonicalJson.read(
                "{\"type\":\"object\",\"required\":[\"n\"],"
                    + "\"properties\":{\"n\":{\"type\":\"integer\"}}}"));

    assertNull(schema.misfit(CanonicalJson.readValue("{\"n\":1,\"more\":2}")));
    assertEquals("needs n", schema.misfit(CanonicalJson.readValue("{}")));
    assertEquals("must be object, not [1]", schema.misfit(CanonicalJson.readValue("[1]")));
    assertEquals("must not be null", schema.misfit(null));
    assertEquals(
        "has a n that must be integer, not x",
        schema.misfit(CanonicalJson.readValue("{\"n\":\"x\"}")));
    assertNull(ToolSchema.ofResult("t", java.util.Map.of()).misfit(null));
  }

  private static String refusal(final String schema, final String call) {
    return ToolSchema.ofArguments("t", CanonicalJson.read(schema.replace('\'', '"')))
        .refusal(CanonicalJson.read(call.replace('\'', '"')));
  }
}
