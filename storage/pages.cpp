#include "storage/pages.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "storage/disk.h"

namespace staffroom::pages {
namespace {

constexpr std::size_t header_bytes = 16;
constexpr std::size_t node_bytes = 8;
constexpr std::size_t table_bytes = 48;
constexpr std::uint16_t branch_flag = 1, leaf_flag = 2, overflow_flag = 4;
constexpr std::uint16_t big_value = 1, sub_table = 2;
constexpr std::uint64_t no_page = ~std::uint64_t{0};
constexpr unsigned deepest = 32;  // LMDB's own bound
constexpr std::uint64_t value_bytes_max = std::uint64_t{64} << 20;

template <class T>
T read_at(ByteView bytes, std::size_t at) {
    T value{};
    if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

struct Root {
    std::uint64_t page = no_page;
    std::uint64_t entries = 0;
    std::uint16_t flags = 0;
    std::uint16_t depth = 0;
};
Root read_root(ByteView table) {
    return {read_at<std::uint64_t>(table, 40), read_at<std::uint64_t>(table, 32), read_at<std::uint16_t>(table, 4),
            read_at<std::uint16_t>(table, 6)};
}

struct Meta {
    std::uint32_t page_bytes = 0;
    Root free;
    Root main;
    std::uint64_t last_page = 0;
    std::uint64_t transaction = 0;
};

class PageFile {
  public:
    explicit PageFile(const std::filesystem::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        struct stat status {};
        if (file_.is_open() && ::fstat(file_.number(), &status) == 0)
            size_ = static_cast<std::uint64_t>(status.st_size);
    }

    bool is_open() const { return file_.is_open(); }
    std::uint64_t size() const { return size_; }

    // The valid metas, newest first.
    std::vector<Meta> metas() {
        std::vector<Meta> found;
        // The second lies one page further on, and only the first tells how long a page is.
        if (const auto first = read_meta(0)) found.push_back(*first);
        for (std::uint32_t page = found.empty() ? 512 : found[0].page_bytes; page <= 65536; page *= 2) {
            const auto second = read_meta(page);
            if (second && second->page_bytes == page) {
                found.push_back(*second);
                break;
            }
            if (!found.empty()) break;
        }
        std::sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.transaction > b.transaction; });
        return found;
    }

    bool read(std::uint64_t at, Bytes& into) {
        std::size_t done = 0;
        while (done < into.size()) {
            const auto got =
                ::pread(file_.number(), into.data() + done, into.size() - done, static_cast<off_t>(at + done));
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return false;
            done += static_cast<std::size_t>(got);
        }
        return true;
    }

  private:
    std::optional<Meta> read_meta(std::uint64_t at) {
        Bytes bytes(header_bytes + 8 + 8 + 8 + 2 * table_bytes + 16);
        if (sizeof(void*) < 8 || !read(at, bytes)) return std::nullopt;
        const auto meta = ByteView(bytes).subspan(header_bytes);
        if (read_at<std::uint32_t>(meta, 0) != 0xBEEFC0DE || read_at<std::uint32_t>(meta, 4) != 1) return std::nullopt;
        Meta result;
        result.page_bytes = read_at<std::uint32_t>(meta, 24);
        if (result.page_bytes < 512 || result.page_bytes > 65536 ||
            (result.page_bytes & (result.page_bytes - 1)) != 0) {
            return std::nullopt;
        }
        result.free = read_root(meta.subspan(24));
        result.main = read_root(meta.subspan(24 + table_bytes));
        result.last_page = read_at<std::uint64_t>(meta, 24 + 2 * table_bytes);
        result.transaction = read_at<std::uint64_t>(meta, 32 + 2 * table_bytes);
        return result;
    }

    Descriptor file_;
    std::uint64_t size_ = 0;
};

// Calls `step(key, value or overflow page number, flags, size of the value)` for the nodes of a leaf that lie within
// it. False when some do not.
template <class Step>
bool each_node(ByteView page, const Step& step) {
    const std::size_t lower = read_at<std::uint16_t>(page, 12), upper = read_at<std::uint16_t>(page, 14);
    if (lower < header_bytes || lower > upper || upper > page.size() || lower % 2 != 0) return false;
    bool sound = true;
    for (std::size_t slot = header_bytes; slot < lower; slot += 2) {
        const std::size_t at = read_at<std::uint16_t>(page, slot);
        if (at < upper || at + node_bytes > page.size()) {
            sound = false;
            continue;
        }
        const auto node = page.subspan(at);
        const std::size_t key_size = read_at<std::uint16_t>(node, 6);
        if (node_bytes + key_size > node.size()) {
            sound = false;
            continue;
        }
        if (!step(node, node.subspan(node_bytes, key_size), node.subspan(node_bytes + key_size))) sound = false;
    }
    return sound;
}

class Walker {
  public:
    Walker(PageFile& file, const Meta& meta) : file_(file), meta_(meta) {
        const auto pages = std::min(meta.last_page + 1, 4 * (file.size() / meta.page_bytes) + 1024);
        seen_.resize(static_cast<std::size_t>(pages));
    }

    Survey survey;

    // Calls `entry(key, value, flags)`. Keys of `ordered` tables ascend as bytes; LMDB's list of free pages has
    // numbers.
    template <class Entry>
    void walk(const Root& root, bool ordered, const Entry& entry) {
        if (root.page == no_page) return;
        const auto before = survey.entries;
        ordered_ = ordered;
        last_.reset();
        floor_.clear();
        visit(root.page, 1, root.depth, entry);
        const auto found = survey.entries - before;
        survey.entries_missing += found < root.entries ? root.entries - found : found - root.entries;
    }

    // Pages are used once: twice means that numbers are wrong, perhaps in a circle.
    bool take(std::uint64_t number) {
        if (number < 2 || number >= seen_.size() || seen_[static_cast<std::size_t>(number)]) return false;
        return seen_[static_cast<std::size_t>(number)] = true;
    }

  private:
    template <class Entry>
    void visit(std::uint64_t number, unsigned depth, unsigned depth_of_leaves, const Entry& entry) {
        Bytes page(meta_.page_bytes);
        if (depth > deepest || !take(number) || !file_.read(number * meta_.page_bytes, page) ||
            read_at<std::uint64_t>(page, 0) != number) {
            ++survey.bad_pages;
            return;
        }
        const auto flags = read_at<std::uint16_t>(page, 10);
        bool sound = false;
        if (flags == branch_flag) {
            bool first = true;
            sound = each_node(page, [&](ByteView node, ByteView key, ByteView) {
                // A child's keys are from its separator on; the first child's is not used.
                if (ordered_ && !first) {
                    if (last_ && !is_less(*last_, key)) ++survey.entries_misplaced;
                    floor_ = copy_of(key);
                }
                first = false;
                const auto child = std::uint64_t{read_at<std::uint16_t>(node, 0)} |
                                   std::uint64_t{read_at<std::uint16_t>(node, 2)} << 16 |
                                   std::uint64_t{read_at<std::uint16_t>(node, 4)} << 32;
                visit(child, depth + 1, depth_of_leaves, entry);
                return true;
            });
        } else if (flags == leaf_flag) {
            sound = each_node(page, [&](ByteView node, ByteView key, ByteView rest) {
                const auto node_flags = read_at<std::uint16_t>(node, 4);
                const std::size_t size = read_at<std::uint32_t>(node, 0);
                Bytes big;
                if ((node_flags & big_value) != 0) {
                    if (!read_overflow(read_at<std::uint64_t>(rest, 0), size, big)) return false;
                    rest = big;
                }
                if (size > rest.size() || (node_flags & ~(big_value | sub_table)) != 0) return false;
                if (ordered_ && ((last_ && !is_less(*last_, key)) || is_less(key, floor_))) ++survey.entries_misplaced;
                last_ = copy_of(key);
                ++survey.entries;
                entry(key, rest.first(size), node_flags);
                return true;
            });
            sound = sound && depth == depth_of_leaves;
        }
        ++(sound ? survey.good_pages : survey.bad_pages);
    }

    static bool is_less(ByteView a, ByteView b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    }

    bool read_overflow(std::uint64_t number, std::size_t size, Bytes& value) {
        if (size > value_bytes_max || !take(number)) return false;
        Bytes page(header_bytes);
        const auto at = number * meta_.page_bytes;
        if (!file_.read(at, page)) return false;
        const std::uint64_t count = read_at<std::uint32_t>(page, 12);
        if (read_at<std::uint64_t>(page, 0) != number || read_at<std::uint16_t>(page, 10) != overflow_flag ||
            count * meta_.page_bytes < header_bytes + size || count > value_bytes_max / 512) {
            return false;
        }
        for (std::uint64_t next = number + 1; next < number + count; ++next) {
            if (!take(next)) return false;
        }
        value.resize(size);
        return file_.read(at + header_bytes, value);
    }

    PageFile& file_;
    Meta meta_;
    std::vector<bool> seen_;
    bool ordered_ = false;
    std::optional<Bytes> last_;
    Bytes floor_;
};

Error unreadable(const std::filesystem::path& file) {
    return {Code::io, "The storage file " + file.string() + " is damaged: its beginning cannot be read.",
            "Run: staffroom repair. What cannot be saved is fetched again from your colleagues."};
}

Survey walk_all(PageFile& file, const Meta& meta, const Visit& visit) {
    Walker walker(file, meta);
    std::vector<std::pair<std::string, Root>> tables;
    walker.walk(meta.main, true, [&](ByteView name, ByteView value, std::uint16_t flags) {
        if ((flags & sub_table) == 0 || value.size() != table_bytes) return void(++walker.survey.bad_pages);
        tables.emplace_back(text_of(name), read_root(value));
        if (tables.back().second.flags != 0) ++walker.survey.bad_pages;
    });
    walker.survey.entries = 0;
    for (const auto& [name, root] : tables) {
        walker.walk(root, true,
                    [&, &table = name](ByteView key, ByteView value, std::uint16_t) { visit(table, key, value); });
    }
    // A page that is listed as free while it is used would be written over.
    const auto entries = walker.survey.entries;
    walker.walk(meta.free, false, [&](ByteView, ByteView list, std::uint16_t) {
        const auto count = read_at<std::uint64_t>(list, 0);
        bool sound = count < list.size() / 8;
        for (std::uint64_t i = 1; sound && i <= count; ++i) sound = walker.take(read_at<std::uint64_t>(list, i * 8));
        if (!sound) ++walker.survey.bad_pages;
    });
    walker.survey.entries = entries;
    return walker.survey;
}

}  // namespace

Result<> check_length(const std::filesystem::path& path) {
    PageFile file(path);
    if (!file.is_open() || file.size() == 0 || sizeof(void*) < 8) return Done{};
    const auto metas = file.metas();
    if (metas.empty()) return unreadable(path);
    const auto& meta = metas.front();
    if (meta.last_page < file.size() / meta.page_bytes) return Done{};

    if (walk_all(file, meta, [](std::string_view, ByteView, ByteView) {}).is_sound()) return Done{};
    return {Code::io, "The storage file " + path.string() + " was cut short, so part of it is missing.",
            "Run: staffroom repair. What cannot be saved is fetched again from your colleagues."};
}

Result<Survey> walk(const std::filesystem::path& path, const Visit& visit) {
    PageFile file(path);
    if (!file.is_open()) return disk_error(errno, path);
    const auto metas = file.metas();
    if (metas.empty()) return unreadable(path);
    return walk_all(file, metas.front(), visit);
}

Result<> scavenge(const std::filesystem::path& path, const VisitLeaf& visit) {
    PageFile file(path);
    if (!file.is_open()) return disk_error(errno, path);
    const auto metas = file.metas();
    const std::uint32_t page_bytes =
        metas.empty() ? static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE)) : metas.front().page_bytes;
    Bytes page(page_bytes), header(header_bytes);
    for (std::uint64_t at = 0; at + page_bytes <= file.size(); at += page_bytes) {
        if (!file.read(at, page) || read_at<std::uint16_t>(page, 10) != leaf_flag) continue;
        each_node(page, [&](ByteView node, ByteView key, ByteView rest) {
            const std::size_t size = read_at<std::uint32_t>(node, 0);
            Bytes big;
            if ((read_at<std::uint16_t>(node, 4) & big_value) != 0) {
                const auto number = read_at<std::uint64_t>(rest, 0);
                if (size > value_bytes_max || number >= file.size() / page_bytes) return false;
                big.resize(size);
                if (!file.read(number * page_bytes + header_bytes, big)) return false;
                rest = big;
            }
            if (size <= rest.size()) visit(key, rest.first(size));
            return true;
        });
    }
    return Done{};
}

}  // namespace staffroom::pages
