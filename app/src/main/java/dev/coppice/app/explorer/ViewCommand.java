package dev.coppice.app.explorer;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.explorer.index.RunCatalog;
import dev.coppice.credit.Estimators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows run folders in the browser. */
@Command(
    name = "view",
    mixinStandardHelpOptions = true,
    description = {
      "Shows run folders in the browser, also while run, serve or train write them.",
      "Runs, groups, trees, tokens and learning; nothing leaves this machine."
    })
public final class ViewCommand implements Callable<Integer> {
  private static final String SELF = "127.0.0.1";

  @Parameters(
      arity = "0..*",
      paramLabel = "DIR",
      description = "Run folders, or folders that hold some; without one: runs.")
  private List<Path> folders;

  @Mixin private PlugPath plugs;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "7344",
      description = "Port to listen on; 0 takes one that is free. (default: ${DEFAULT-VALUE})")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = SELF,
      description = {
        "Address to listen on. Any but this machine's own wants the token that is printed then.",
        "(default: ${DEFAULT-VALUE})"
      })
  private String host;

  @Option(
      names = "--token",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Token to ask for instead of a drawn one.")
  private String token;

  @Option(names = "--no-browser", description = "Opens no browser.")
  private boolean noBrowser;

  @Option(
      names = "--export",
      paramLabel = "FILE.html",
      description = "Writes one file that needs no server, and ends.")
  private Path export;

  @Option(
      names = "--estimators",
      split = ",",
      paramLabel = "NAME",
      description = "Estimators whose advantages are exported; without it: the run's first.")
  private List<String> estimators = List.of();

  @Option(
      names = "--groups",
      paramLabel = "N",
      defaultValue = "60",
      description = {
        "Groups of each run that are exported with trees and tokens, mixed outcomes first; of all",
        "others the row in the table. (default: ${DEFAULT-VALUE})"
      })
  private int groups;

  /** Made by picocli. */
  public ViewCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    plugs.install();
    final List<String> known = Estimators.names();
    for (final String name : estimators) {
      if (!known.contains(name)) {
        throw new ConfigException(
            "no such estimator: --estimators " + name + "; there are " + known);
      }
    }
    final List<Path> roots = folders == null ? List.of(Path.of("runs")) : folders;
    try (RunCatalog catalog = new RunCatalog(roots)) {
      if (export != null) {
        return export(catalog);
      }
      catalog.start();
      serve(catalog);
      return 0;
    }
  }

  private Integer export(final RunCatalog catalog) {
    catalog.readAll();
    if (catalog.runs().isEmpty()) {
      throw new ConfigException("no run folder is in " + folders);
    }
    new ExportPage(catalog, estimators, groups).write(export);
    System.err.println("coppice: wrote " + export);
    return 0;
  }

  private void serve(final RunCatalog catalog) throws InterruptedException {
    final Access access = Access.of(host, token);
    try (ExplorerServer server = server(catalog, access)) {
      final String shown = host.contains(":") ? "[" + host + "]" : host;
      final String address =
          "http://"
              + shown
              + ":"
              + server.port()
              + "/"
              + (access.token().isEmpty() ? "" : "?token=" + access.token());
      System.out.println(address);
      System.out.flush();
      if (catalog.runs().isEmpty()) {
        System.err.println("coppice: no run folder is there yet; one that appears will be shown");
      }
      if (!noBrowser) {
        open(address);
      }
      new CountDownLatch(1).await();
    }
  }

  private ExplorerServer server(final RunCatalog catalog, final Access access) {
    try {
      return new ExplorerServer(catalog, host, port, access);
    } catch (final RuntimeException e) {
      throw new ConfigException(
          "cannot listen on "
              + host
              + ":"
              + port
              + " ("
              + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage())
              + "); choose another with --port, or 0 for any that is free");
    }
  }

  /** Whoever has no desktop reads the address instead. */
  private static void open(final String address) {
    final boolean mac = System.getProperty("os.name").startsWith("Mac");
    final boolean desktop =
        System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
    final Path opener = Path.of(mac ? "/usr/bin/open" : "/usr/bin/xdg-open");
    if ((mac || desktop) && Files.isExecutable(opener)) {
      try {
        new ProcessBuilder(opener.toString(), address).inheritIO().start();
      } catch (final IOException e) {
        System.err.println("coppice: the browser could not be opened: " + e.getMessage());
      }
    }
  }
}
