package dev.coppice.app.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.explorer.index.RunCatalog;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.ScriptTimeoutException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** Looks at the page in a real browser; without Chromium and its driver it says so and is skipped. */
class ExplorerPageTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  @TempDir private Path other;

  private static ChromeDriver browser;
  private static HostileRun run;
  private static RunCatalog catalog;
  private static ExplorerServer server;

  @BeforeAll
  static void open() throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
        "Chromium is missing: apt install chromium chromium-driver, or ./coppice doctor --install");
    run = HostileRun.begin(folder, "run-<b>bold");
    for (int i = 0; i < 3; i++) {
      run.add(i);
    }
    catalog = new RunCatalog(List.of(folder));
    catalog.start();
    server = new ExplorerServer(catalog, "127.0.0.1", 0, Access.of("127.0.0.1", ""));
    final ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,800");
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(DRIVER.toString()))
                .build(),
            options);
    browser.manage().timeouts().scriptTimeout(PATIENCE);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
    if (server != null) {
      server.close();
      catalog.close();
    }
  }

  private static void go(final String address) {
    browser.get("about:blank");
    browser.get(address);
  }

  private static String page(final String view) {
    return "http://127.0.0.1:" + server.port() + "/#/" + view;
  }

  /** Waits in the browser until an expression holds there. */
  private static void await(final String condition) {
    try {
      browser.executeAsyncScript(
          "const done = arguments[0]; const look = () => { if ("
              + condition
              + ") { clearInterval(timer); done(); } }; const timer = setInterval(look, 50);"
              + " look();");
    } catch (final ScriptTimeoutException e) {
      throw new AssertionError("did not come: " + condition + "\n" + text("body"), e);
    }
  }

  private static int count(final String selector) {
    return browser.findElements(By.cssSelector(selector)).size();
  }

  private static void awaitSome(final String selector) {
    await("document.querySelector(\"" + selector + "\")");
  }

  private static String text(final String selector) {
    return String.valueOf(
        browser.executeScript(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent).join('\\n"
                + "')",
            selector));
  }

  private static String rowsAre(final int count) {
    return "document.querySelectorAll('.row:not(.head)').length === " + count;
  }

  private static void press(final CharSequence... keys) {
    for (final CharSequence key : keys) {
      browser.switchTo().activeElement().sendKeys(key);
    }
  }

  private static void requireHarmless() {
    assertNull(browser.executeScript("return window.owned ?? null"), "a text was executed");
    assertEquals(0, count("img"), "a text became an element");
    assertEquals(0, count("main b b, main script"), "a text became an element");
  }

  private static String id() {
    return catalog.runs().getFirst().id().replace("<", "%3C").replace(">", "%3E");
  }

  @Test
  void shouldShowEveryView() {
    go(page("runs"));
    awaitSome(".figures tbody tr");
    assertTrue(text(".runs").contains("run-<b>bold"), text(".runs"));
    requireHarmless();
    go(page("groups"));
    awaitSome(".row:not(.head)");
    assertTrue(text(".summary").contains("truncated"), text(".summary"));
    requireHarmless();
    go(page("tree?run=" + id() + "&g=1"));
    awaitSome(".drawing rect");
    assertTrue(text(".drawing").contains("entropy 1.50 → ×2"), text(".drawing"));
    requireHarmless();
    go(page("tokens?run=" + id() + "&g=1"));
    awaitSome(".pane .t");
    awaitSome(".explain");
    requireHarmless();
    go(page("learning"));
    awaitSome(".empty");
  }

  @Test
  void shouldWriteOutWhatWouldHideOrTurn() {
    go(page("tokens?run=" + id() + "&g=0"));
    awaitSome(".pane .t");
    final String shown = text(".pane");
    assertTrue(shown.contains("<script>window.owned=1</script>"), shown);
    assertTrue(shown.contains("␛[31m"), shown);
    assertTrue(shown.contains("⟨U+202E⟩"), shown);
    assertTrue(shown.contains("left é"), shown);
    assertTrue(
        text(".call").contains("⟨U+D800⟩") || text(".call").contains("\\ud800"), text(".call"));
    assertTrue(text(".call").contains("illegal"), text(".call"));
    requireHarmless();
  }

  @Test
  void shouldGoEverywhereByKeyboard() {
    go(page("runs"));
    awaitSome(".run");
    press("2");
    awaitSome(".row:not(.head)");
    press("j");
    await("location.hash.includes('at=1')");
    press(Keys.ENTER);
    awaitSome(".drawing rect");
    press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    awaitSome(".node.chosen");
    press(Keys.ENTER);
    awaitSome(".pane .t");
    press("r", "h", Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
    awaitSome(".t.at");
    assertTrue(browser.getCurrentUrl().contains("raw=yes"), browser.getCurrentUrl());
    assertTrue(browser.getCurrentUrl().contains("heat=logprob"), browser.getCurrentUrl());
    press("?");
    awaitSome(".help");
    press(Keys.ESCAPE);
    await("!document.querySelector('.help')");
    press("1");
    awaitSome(".runs");
  }

  @Test
  void shouldFilterSortAndSearch() {
    go(page("groups"));
    awaitSome(".row:not(.head)");
    press("/", "needle-2");
    await(rowsAre(1));
    assertTrue(text(".row:not(.head)").contains("task 2"), text(".row:not(.head)"));
    go(page("groups?stop=length&sort=task"));
    awaitSome(".row:not(.head)");
    go(page("groups?outcome=all+solved"));
    await("document.querySelector('main').textContent.includes('No group fits')");
  }

  @Test
  void shouldShowAGroupAsSoonAsItIsFinished() throws IOException {
    go(page("groups"));
    awaitSome(".row:not(.head)");
    final int before = count(".row:not(.head)");
    run.add(10 + before);
    await(rowsAre(before + 1));
    run.addHalf(11 + before);
    assertEquals(before + 1, count(".row:not(.head)"));
    Files.write(run.folder().traces(), whole(run.folder().traces()));
  }

  /** Cuts what a killed process left, as a resumed run does. */
  private static byte[] whole(final Path traces) throws IOException {
    final String all = Files.readString(traces);
    return all.substring(0, all.lastIndexOf('\n') + 1).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldExportOneFileThatNeedsNoServer() throws IOException {
    final Path alone = other.resolve("alone");
    HostileRun.begin(alone, "run").add(5);
    final Path file = other.resolve("export.html");
    try (RunCatalog own = new RunCatalog(List.of(alone))) {
      own.readAll();
      new ExportPage(own, List.of("rloo", "coppice"), 10).write(file);
    }
    go(file.toUri() + "#/runs");
    awaitSome(".figures tbody tr");
    requireHarmless();
    go(file.toUri() + "#/groups");
    awaitSome(".row:not(.head)");
    go(file.toUri() + "#/tree?run=alone/run&g=0&estimator=rloo");
    awaitSome(".drawing rect");
    assertTrue(text(".tools").contains("shown: rloo"), text(".tools"));
    go(file.toUri() + "#/tokens?run=alone/run&g=0&estimator=coppice");
    awaitSome(".pane .t");
    requireHarmless();
    browser.executeScript(
        "const s = document.createElement('script'); s.textContent = 'window.owned = 2';"
            + " document.body.append(s)");
    assertNull(browser.executeScript("return window.owned ?? null"), "another script could run");
    assertFalse(Files.readString(file).contains("<img"), "a text stands in the file as a tag");
  }
}
