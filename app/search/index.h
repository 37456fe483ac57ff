// The index: which words stand in which document, in SQLite FTS5. Derived from the replica, so it may be thrown away at
// any time; it remembers how far it has come in each group.
//
// A document is what a record says, or what one of its files says. What is longer than a passage is several rows, so
// that a step of indexing stays short; words that are to be found together must then stand in one passage.
//
// Both columns of words are folded (words.h), so FTS5's plainest tokenizer is enough and the same rules hold for what
// is sought, indexed and shown. A third column holds the filters as words of their own ("g7" the group, "ttask" the
// type): they narrow the search inside the index, and not row by row afterwards.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/search/query.h"
#include "app/search/sqlite.h"
#include "storage/keys.h"

namespace staffroom::search {

inline constexpr std::size_t passage_bytes = std::size_t{256} << 10;

struct Document {
    std::optional<ChunkId> file;  // the manifest's first chunk; nothing: the record itself
    std::string title;
    std::string words;
    bool operator==(const Document&) const = default;
};

// What narrows a search. Words count as they do in documents.
struct Filters {
    std::vector<keys::GroupNumber> groups;  // any of them; empty: all
    std::string type;
    std::vector<std::string> tags, grades;  // all of them
    std::string language;
};

struct Hit {
    keys::GroupNumber group = 0;
    RecordId record;
    std::optional<ChunkId> file;
    std::size_t begin = 0, size = 0;  // the passage in the document's words
};

class Index {
  public:
    // Without a file it lives in memory only. One that is damaged or of another version is begun anew. Error: io.
    static Result<std::unique_ptr<Index>> open(const std::filesystem::path& file);

    // A step of changes: what is done until commit() is one transaction. Nothing of it is kept before.
    void begin();
    Result<> commit();
    // How far the index has come in a group (storage/changes.h).
    std::optional<std::uint64_t> position(keys::GroupNumber group);
    void set_position(keys::GroupNumber group, std::uint64_t position);
    void forget_position(keys::GroupNumber group);

    // These are all documents of the record now; empty: it is gone. Nothing is done when they are the same as before.
    // `about`: the record's type, tags, grades and language. A passage takes milliseconds, so each is a step of its
    // own:
    //     auto change = index.change_to(…); while (index.step(change)) …
    // Left half way, it is made whole by the next change to the same documents.
    class Change;
    Change change_to(keys::GroupNumber group, const RecordId& record, const Filters& about,
                     const std::vector<Document>& documents);
    bool step(Change& change);
    std::set<RecordId> records_of(keys::GroupNumber group);
    std::set<keys::GroupNumber> groups();

    // Files whose words are not known yet.
    struct Unread {
        keys::GroupNumber group = 0;
        RecordId record;
        ChunkId manifest;
        auto operator<=>(const Unread&) const = default;
    };
    void set_unread(keys::GroupNumber group, const RecordId& record, const std::vector<ChunkId>& manifests);
    std::vector<Unread> unread();

    // What an erased record said is to leave the file itself too, not only what is found: FTS5 marks words as gone and
    // drops them when it merges. Merges a little; true while there is more to do.
    void purge_later();
    bool purge();

    // A record once, the best first, with the passage that made it so: by bm25, with ten times the weight on words of
    // the title. What more than 2,000 passages hold tells documents apart no more: then those with it in the title, the
    // latest changed first, then the others likewise.
    Result<std::vector<Hit>> find(const Query& query, const Filters& filters, std::size_t most);

    // After an error: it is to be opened again, or in its place another one.
    bool has_failed() const { return database_->failure().has_value(); }
    bool is_damaged() const { return database_->is_damaged(); }

  private:
    struct Passage {
        std::optional<ChunkId> file;
        std::string title, words, facets;
        std::size_t begin = 0, size = 0;
        bool operator==(const Passage&) const = default;
    };
    static std::vector<Passage> passages_of(keys::GroupNumber group, const Filters& about,
                                            const std::vector<Document>& documents);

    explicit Index(std::unique_ptr<Database> database);
    bool make_tables();
    void prepare();
    std::unique_ptr<Database> database_;
    Statement add_, add_words_, of_record_, forget_words_, forget_;
};

class Index::Change {
  public:
    // Whether something that was there goes.
    bool removes() const { return removes_; }

  private:
    friend class Index;
    Bytes place_;
    std::vector<std::int64_t> old_;  // rows
    std::vector<Passage> fresh_;
    std::size_t next_ = 0;
    bool removes_ = false;
};

}  // namespace staffroom::search
