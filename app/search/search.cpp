#include "app/search/search.h"

#include "app/search/reading.h"
#include "net/curve_link.h"
#include "storage/changes.h"
#include "storage/file_copy.h"
#include "storage/file_refs.h"
#include "storage/file_words.h"
#include "storage/keyfile.h"

namespace staffroom::search {
namespace {

constexpr std::uint64_t step_ms = 8;
constexpr std::size_t forget_rows = 512;  // changes that everybody has taken
constexpr std::size_t together_max = 64, together_bytes = std::size_t{1} << 20;
constexpr int wait_ms = 5;

std::string shown_title(const Replica& replica, const RecordState& state) {
    auto title = title_of(state);
    const auto ref = title.empty() ? about_of(state) : std::nullopt;
    const auto target = ref ? replica.record(ref->group.value_or(state.group), ref->record) : std::nullopt;
    return target ? title_of(*target) : title;
}

}  // namespace

Search::Search(Profile& profile, const Replica& replica, std::string reader)
    : profile_(profile), replica_(replica), reader_(std::move(reader)), folder_(profile.layout().root / "search") {}

void Search::remove_from(const std::filesystem::path& profile) {
    std::error_code ignored;
    std::filesystem::remove_all(profile / "search", ignored);
}

void Search::close() {
    index_.reset();
    ++generation_;
}

void Search::forget() {
    close();
    remove_from(profile_.layout().root);
}

Result<Index*> Search::index() {
    if (index_ && index_->has_failed()) index_->is_damaged() ? forget() : close();
    if (!index_) {
        if (auto opened = open(); !opened) return opened.error();
    }
    return index_.get();
}

Result<> Search::open() {
    // Asked each time: a passphrase may have come since.
    const auto wrapped = needs_passphrase(profile_.layout().keys);
    if (!wrapped) return wrapped.error();
    if (*wrapped) {
        remove_from(profile_.layout().root);
    } else if (auto made = make_folder(folder_); !made) {
        return made;
    }
    auto opened = Index::open(*wrapped ? std::filesystem::path() : folder_ / "index");
    if (!opened) return opened.error();
    index_ = std::move(*opened);
    put_off_.clear();
    return Done{};
}

std::vector<Search::Here> Search::groups() const {
    std::vector<Here> groups;
    for (const auto& [id, group] : replica_.groups()) groups.push_back({id, group->number});
    return groups;
}

bool Search::is_behind() {
    const auto index = this->index();
    if (!index) return false;
    const auto here = groups();
    auto known = (*index)->groups();
    bool behind = false;
    (void)profile_.store().read([&](ReadTxn& txn) -> Result<> {
        behind = false;
        for (const auto& group : here) {
            behind |= (*index)->position(group.number) != changes::position(txn, group.number);
            known.erase(group.number);
        }
        return Done{};
    });
    return behind || !known.empty();
}

std::optional<Described> Search::described(const GroupId& group, const RecordId& record) const {
    const auto state = replica_.record(group, record);
    if (!state) return std::nullopt;
    return describe(*state, [&](std::string_view field) {
        const auto text = replica_.text(group, record, std::string(field));
        return text ? text->text() : std::string();
    });
}

Search::Said Search::said(const Here& group, const RecordId& record) const {
    const auto found = described(group.id, record);
    Said said;
    said.erased = !found && replica_.erased(group.id, record);
    if (!found) return said;
    said.about = found->about;
    (void)profile_.store().read([&](ReadTxn& txn) -> Result<> {
        said.documents = {{std::nullopt, found->title, found->words}};
        said.unread.clear();
        for (const auto& file : found->files) {
            const auto& manifest = file.manifest.front().id;
            if (format_of(file) == Format::none) continue;
            auto words = file_words::read(txn, group.number, manifest);
            if (!words) {
                said.unread.push_back(manifest);
            } else if (!words->empty()) {
                said.documents.push_back({manifest, found->title + "\n" + file.name, std::move(*words)});
            }
        }
        return Done{};
    });
    return said;
}

// One at a time: who went on with an older change after somebody else's newer one would put in again what was erased.
class Search::Changing {
  public:
    Changing(std::set<Place>& all, Place place) : all_(all), place_(all.insert(std::move(place)).first) {}
    ~Changing() { all_.erase(place_); }
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;

  private:
    std::set<Place>& all_;
    std::set<Place>::iterator place_;
};

api::Steps<> Search::take(Here group, std::set<RecordId> records) {
    const auto opened = index();
    if (!opened) co_return opened.error();
    auto& index = **opened;
    const auto generation = generation_;
    auto slice_end = net::uptime_ms() + step_ms;
    std::uint64_t done = 0;
    index.begin();
    for (const auto& record : records) {
        std::optional<Changing> own;  // once nobody else is at this record
        Said now;
        Index::Change change;
        for (bool more = true; more;) {
            if (!own && !changing_.contains({group.number, record})) {
                own.emplace(changing_, Place{group.number, record});
                now = said(group, record);
                change = index.change_to(group.number, record, now.about, now.documents);
            }
            if (own) more = index.step(change);
            if (!more) {
                index.set_unread(group.number, record, now.unread);
                if (change.removes() && now.erased) index.purge_later();
            }
            if (net::uptime_ms() < slice_end) continue;
            if (auto kept = index.commit(); !kept) co_return kept.error();
            co_yield api::Progress{"records", done, records.size()};
            if (generation != generation_) co_return Done{};
            slice_end = net::uptime_ms() + step_ms;
            index.begin();
        }
        ++done;
    }
    co_return index.commit();
}

api::Steps<> Search::catch_up() {
    const auto opened = index();
    if (!opened) co_return opened.error();
    auto& index = **opened;
    const auto generation = generation_;
    auto left = index.groups();
    std::vector<Here> work = groups();
    for (const auto& group : work) left.erase(group.number);
    for (const auto number : left) work.push_back({GroupId{}, number});  // nothing of theirs is here any more
    for (const auto& group : work) {
        changes::Since since;
        bool old = false;
        auto looked = profile_.store().read([&](ReadTxn& txn) -> Result<> {
            since = changes::since(txn, group.number, index.position(group.number));
            since.all |= group.id.is_zero();
            if (since.all) {
                since.records.clear();
                txn.scan_keys(Table::records, keys::group(group.number), [&](ByteView key) {
                    if (const auto id = RecordId::from(key.subspan(keys::group_bytes))) since.records.insert(*id);
                    return true;
                });
            }
            old = changes::forgettable(txn, group.number, since.position, forget_rows) >= forget_rows;
            return Done{};
        });
        if (!looked) co_return looked.error();
        if (since.all) since.records.merge(index.records_of(group.number));
        if (index.position(group.number) == since.position && !since.all) continue;
        const auto taken = co_await take(group, std::move(since.records));
        if (!taken) co_return taken.error();
        if (generation != generation_) co_return Done{};
        index.begin();
        if (group.id.is_zero()) {
            index.forget_position(group.number);
        } else {
            index.set_position(group.number, std::max(since.position, index.position(group.number).value_or(0)));
        }
        if (auto kept = index.commit(); !kept) co_return kept.error();
        if (!old) continue;
        auto forgotten = profile_.store().write([&](WriteTxn& txn) -> Result<> {
            changes::forget(txn, group.number, since.position);
            return Done{};
        });
        if (!forgotten) co_return forgotten.error();
    }
    while (index.purge()) {
        co_yield api::Progress{};
        if (generation != generation_) co_return Done{};
    }
    co_return Done{};
}

std::size_t Search::unread() {
    const auto index = this->index();
    return index ? (*index)->unread().size() : 0;
}

bool Search::has_to_read() {
    const auto index = this->index();
    if (!index) return false;
    std::size_t chunks = 0;
    (void)profile_.store().read([&](ReadTxn& txn) -> Result<> { return chunks = txn.count(Table::chunks), Done{}; });
    if (chunks != std::exchange(put_off_at_, chunks)) put_off_.clear();
    const auto unread = (*index)->unread();
    return std::any_of(unread.begin(), unread.end(), [&](const auto& each) { return !put_off_.contains(each); });
}

// The file, when all of it is here.
std::optional<FileRef> Search::file_here(const Index::Unread& unread) {
    std::optional<FileRef> file;
    for (const auto& [id, group] : replica_.groups()) {
        if (group->number != unread.group) continue;
        const auto found = described(id, unread.record);
        if (!found) continue;
        for (const auto& each : found->files) {
            if (each.manifest.front().id == unread.manifest) file = each;
        }
    }
    if (!file) return file;
    bool whole = false;
    (void)profile_.store().read([&](ReadTxn& txn) -> Result<> {
        whole = file_refs::presence(txn, profile_.chunks(), *file).is_whole();
        return Done{};
    });
    return whole ? file : std::nullopt;
}

bool Search::is_read(const Index::Unread& unread) const {
    bool known = false;
    (void)profile_.store().read([&](ReadTxn& txn) -> Result<> {
        known = txn.has(Table::views, keys::file_words(unread.group, unread.manifest));
        return Done{};
    });
    return known;
}

// Nothing: not to be read now.
api::Steps<std::optional<std::string>> Search::read(FileRef file) {
    using Words = std::optional<std::string>;
    const auto format = format_of(file);
    auto reader = FileReader::open(profile_.store(), profile_.chunks(), file);
    if (!reader) co_return Words(reader.code() == Code::malformed ? Words("") : Words());
    auto document = MemoryFile::make();
    if (!document) co_return document.error();
    while (!reader->is_done()) {
        const auto plain = reader->next(profile_.store(), profile_.chunks());
        if (!plain) co_return Words(plain.code() == Code::malformed ? Words("") : Words());
        if (!document->append(*plain)) co_return Words();
        if (format == Format::text && reader->bytes_done() >= 2 * words_bytes_max) break;
        co_yield api::Progress{};
    }
    if (format == Format::text) co_return Words(words_in_text(document->content(2 * words_bytes_max)));
    if (reader_.empty() && format != Format::pdf) {
        const auto bytes = document->content(document_bytes_max);
        co_return Words(format == Format::html ? words_in_html(bytes) : words_in_office(bytes));
    }
    auto reading = Reading::begin(format, *document, reader_);
    if (!reading) co_return reading.error();
    while (true) {
        auto words = reading->wait(wait_ms);
        if (words && reading->is_without_reader()) co_return Words();
        if (words) co_return Words(std::move(*words));
        co_yield api::Progress{};
    }
}

api::Steps<> Search::read_documents() {
    const auto opened = index();
    if (!opened) co_return opened.error();
    auto& index = **opened;
    const auto generation = generation_;
    struct Read {
        Index::Unread at;
        std::optional<std::string> words;  // nothing: they were known
    };
    std::vector<Read> known;
    std::size_t bytes = 0;
    const auto all = index.unread();
    std::uint64_t done = 0;
    for (std::size_t next = 0; next <= all.size(); ++next) {
        co_yield api::Progress{"documents", done++, all.size()};
        if (generation != generation_) co_return Done{};
        if (next < all.size() && !put_off_.contains(all[next])) {
            const auto& unread = all[next];
            const auto file = file_here(unread);
            std::optional<std::string> words;
            const bool was_read = file && is_read(unread);  // another record has the same file
            if (file && !was_read) {
                auto read = co_await this->read(*file);
                if (!read) co_return read.error();
                if (generation != generation_) co_return Done{};
                words = std::move(*read);
            }
            if (!words && !was_read) {
                put_off_.insert(unread);
                continue;
            }
            bytes += words ? words->size() : 0;
            known.push_back({unread, std::move(words)});
        }
        if (known.empty() || (next < all.size() && known.size() < together_max && bytes < together_bytes)) continue;
        auto kept = profile_.store().write([&](WriteTxn& txn) -> Result<> {
            for (const auto& [at, words] : known) {
                if (words) file_words::keep(txn, at.group, at.manifest, *words);
            }
            return Done{};
        });
        if (!kept) co_return kept.error();
        for (const auto& group : groups()) {
            std::set<RecordId> records;
            for (const auto& each : known) {
                if (each.at.group == group.number) records.insert(each.at.record);
            }
            if (records.empty()) continue;
            const auto taken = co_await take(group, std::move(records));
            if (!taken) co_return taken.error();
            if (generation != generation_) co_return Done{};
        }
        known.clear();
        bytes = 0;
    }
    co_return Done{};
}

api::Steps<Search::Page> Search::find(Query query, Filters filters, std::size_t most) {
    const auto opened = index();
    if (!opened) co_return opened.error();
    const auto generation = generation_;
    const auto hits = (*opened)->find(query, filters, most + 1);
    if (!hits) co_return hits.error();
    Page page;
    page.more = hits->size() > most;
    const auto here = groups();
    auto slice_end = net::uptime_ms() + step_ms;
    for (const auto& hit : *hits) {
        if (page.results.size() == most) break;
        if (net::uptime_ms() >= slice_end) {
            co_yield api::Progress{};
            if (generation != generation_) break;
            slice_end = net::uptime_ms() + step_ms;
        }
        const auto group =
            std::find_if(here.begin(), here.end(), [&](const auto& each) { return each.number == hit.group; });
        if (group == here.end()) continue;
        const auto state = replica_.record(group->id, hit.record);
        const auto found = described(group->id, hit.record);
        if (!state || !found) continue;
        Found result{group->id, hit.record, found->about.type, shown_title(replica_, *state), {}, {}};
        std::string words = found->words;
        if (hit.file) {
            for (const auto& file : found->files) {
                if (file.manifest.front().id == *hit.file) result.file = file.name;
            }
            (void)profile_.store().read([&](ReadTxn& txn) -> Result<> {
                words = file_words::read(txn, hit.group, *hit.file).value_or("");
                return Done{};
            });
        }
        const auto passage = std::string_view(words).substr(std::min(hit.begin, words.size()), hit.size);
        result.snippet = snippet_of(passage, query);
        page.results.push_back(std::move(result));
    }
    co_return page;
}

}  // namespace staffroom::search
