// The search of one profile: keeps the index up to the replica, has documents read, and shows what was found.
//
// In a profile without a passphrase the index lies in the folder `search/`, as readable as everything there is through
// the keys beside it. With a passphrase it lives in memory only, and is gone when the profile is locked. What documents
// say is kept sealed among the views either way (storage/file_words.h), so they are read once.
//
// Work is done in short steps (app/api/steps.h) that begin with the replica as it is then: what changes meanwhile is
// taken the next time. Nothing is lost by dropping them half way. One thread.
#pragma once

#include <set>

#include "app/api/steps.h"
#include "app/search/documents.h"
#include "app/search/index.h"
#include "storage/profile.h"
#include "storage/replica.h"

namespace staffroom::search {

struct Found {
    GroupId group;
    RecordId record;
    std::string type, title, snippet;
    std::string file;  // the name of the file that says it; empty: the record itself does
};

class Search {
  public:
    // `reader`: the program that reads documents, this one (reading.h). Empty: no process of its own, for tests.
    Search(Profile& profile, const Replica& replica, std::string reader = "/proc/self/exe");

    // Whether records changed since. Cheap enough to be asked every second.
    bool is_behind();
    // Until it is not. Error: io.
    api::Steps<> catch_up();

    // Whether documents are here that were not read yet, as far as that is known without looking at each.
    bool has_to_read();
    // Reads them. Error: io.
    api::Steps<> read_documents();
    // How many have not been read, those that are not here included.
    std::size_t unread();

    // Errors: as Index::find(). `most` results, and whether there are more. Ends with what it has when the index is
    // closed meanwhile.
    struct Page {
        std::vector<Found> results;
        bool more = false;
    };
    api::Steps<Page> find(Query query, Filters filters, std::size_t most);

    // The index is thrown away and begun anew when it is next needed.
    void forget();
    // As when the program ends: what lives in memory is gone.
    void close();
    // Removes what a profile kept in its folder before it got a passphrase.
    static void remove_from(const std::filesystem::path& profile);

  private:
    Result<Index*> index();
    Result<> open();
    struct Here {
        GroupId id;
        keys::GroupNumber number = 0;
    };
    std::vector<Here> groups() const;
    std::optional<Described> described(const GroupId& group, const RecordId& record) const;
    struct Said {
        Filters about;
        std::vector<Document> documents;
        std::vector<ChunkId> unread;
        bool erased = false;
    };
    Said said(const Here& group, const RecordId& record) const;
    // The records whose documents somebody is changing, a step at a time.
    using Place = std::pair<keys::GroupNumber, RecordId>;
    class Changing;
    api::Steps<> take(Here group, std::set<RecordId> records);
    bool is_read(const Index::Unread& unread) const;
    std::optional<FileRef> file_here(const Index::Unread& unread);
    api::Steps<std::optional<std::string>> read(FileRef file);

    Profile& profile_;
    const Replica& replica_;
    std::string reader_;
    std::filesystem::path folder_;
    std::unique_ptr<Index> index_;
    std::uint64_t generation_ = 0;  // of the index: steps of an older one end
    std::set<Place> changing_;
    std::set<Index::Unread> put_off_;           // not here in full, or not to be read now
    std::size_t put_off_at_ = ~std::size_t{0};  // how many chunks there were then
};

}  // namespace staffroom::search
