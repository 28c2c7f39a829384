package dev.coppice.worlds.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * Ranks passages for a query by BM25 over title and text together.
 *
 * <p>The index lies in memory as one segment, is built once and never changes, so any number of
 * branches share it. Passages of equal score come in the order of the corpus.
 *
 * @thread immutable, any thread
 * @cost building takes about a second for 7,000 passages, a query well under a millisecond.
 * @source Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; k1 = 1.2, b = 0.75
 */
final class PassageIndex implements AutoCloseable {
  private static final String BODY = "body";
  private static final int MAX_TERMS = 256;

  /** Kept, because a logger that nobody holds forgets its level. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  static {
    // It tells about vector instructions on standard error at every start.
    LUCENE.setLevel(Level.WARNING);
  }

  private final List<Passage> passages;
  private final Map<String, Passage> byTitle = new LinkedHashMap<>();
  private final Map<String, Passage> byLooseTitle = new LinkedHashMap<>();
  private final Analyzer analyzer = new StandardAnalyzer();
  private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
  private final DirectoryReader reader;
  private final IndexSearcher searcher;

  /**
   * Builds the index.
   *
   * @param passages of the corpus, in an order that breaks ties.
   * @throws IllegalArgumentException if two passages have one title and different texts.
   */
  PassageIndex(final List<Passage> passages) {
    for (final Passage passage : passages) {
      final Passage same = byTitle.putIfAbsent(passage.title(), passage);
      if (same != null && !same.equals(passage)) {
        throw new IllegalArgumentException("two passages have one title: " + passage.title());
      }
      byLooseTitle.putIfAbsent(loose(passage.title()), passage);
    }
    this.passages = List.copyOf(byTitle.values());
    try {
      write();
      reader = DirectoryReader.open(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("the index cannot be built in memory", e);
    }
    searcher = new IndexSearcher(reader);
    searcher.setSimilarity(new BM25Similarity());
    // A cache would only make the cost of a query depend on earlier ones.
    searcher.setQueryCache(null);
  }

  private void write() throws IOException {
    final IndexWriterConfig config = new IndexWriterConfig(analyzer);
    config.setSimilarity(new BM25Similarity());
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (final Passage passage : passages) {
        final Document document = new Document();
        document.add(new TextField(BODY, passage.title() + "\n" + passage.text(), Field.Store.NO));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  /** Counts the passages. */
  int size() {
    return passages.size();
  }

  /**
   * Finds passages.
   *
   * @param query in words.
   * @param k passages at most.
   * @return the best passages, best first; none if no word occurs anywhere.
   */
  List<Passage> search(final String query, final int k) {
    try {
      final BooleanQuery.Builder words = new BooleanQuery.Builder();
      for (final String term : terms(query)) {
        words.add(new TermQuery(new Term(BODY, term)), BooleanClause.Occur.SHOULD);
      }
      final List<Passage> found = new ArrayList<>();
      for (final ScoreDoc hit : searcher.search(words.build(), k).scoreDocs) {
        found.add(passages.get(hit.doc));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory cannot fail to be read", e);
    }
  }

  private Set<String> terms(final String query) throws IOException {
    final Set<String> terms = new LinkedHashSet<>();
    try (TokenStream stream = analyzer.tokenStream(BODY, query)) {
      final CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      while (terms.size() < MAX_TERMS && stream.incrementToken()) {
        terms.add(term.toString());
      }
    }
    return terms;
  }

  /**
   * Finds the passage of a title; case and outer blanks do not count.
   *
   * @return the passage, or null if there is none.
   */
  Passage open(final String title) {
    final Passage exact = byTitle.get(title);
    return exact != null ? exact : byLooseTitle.get(loose(title));
  }

  private static String loose(final String title) {
    return title.strip().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    try {
      reader.close();
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory cannot fail to close", e);
    }
  }
}
