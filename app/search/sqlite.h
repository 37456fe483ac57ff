// SQLite, for the search index alone. The only door to it.
//
// As in a transaction of the store, the first failure sticks: every later step does nothing and finds nothing, and
// failure() says what it was. So a statement needs no check of its own; whoever commits asks once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace staffroom::search {

class Database;

// One prepared statement. Bound views live until the next reset().
class Statement {
  public:
    Statement() = default;
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    Statement& bind(int place, std::int64_t number);
    Statement& bind(int place, std::string_view text);
    Statement& bind(int place, ByteView bytes);
    // Whether there is a row; the views of the one before are gone.
    bool step();
    // For a statement that gives no rows: steps, then resets.
    void run();
    void reset();

    std::int64_t number(int column) const;
    std::string_view text(int column) const;
    ByteView bytes(int column) const;

  private:
    friend class Database;
    Database* database_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
};

class Database {
  public:
    // Without a file: in memory only, what it sorts included. Error: io.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void run(const char* statements);
    Statement prepare(std::string_view statement);
    // Rows inserted, changed or deleted since it was opened.
    std::int64_t changes() const;

    // io; `is_damaged` when another file in its place would do better.
    const std::optional<Error>& failure() const { return failure_; }
    bool is_damaged() const { return damaged_; }

  private:
    friend class Statement;
    Database() = default;
    void fail();

    sqlite3* database_ = nullptr;
    std::optional<Error> failure_;
    bool damaged_ = false;
};

}  // namespace staffroom::search
