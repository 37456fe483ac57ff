#include "app/search/sqlite.h"

#include <sqlite3.h>

namespace staffroom::search {

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(database_, other.database_);
    std::swap(statement_, other.statement_);
    return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int place, std::int64_t number) {
    sqlite3_bind_int64(statement_, place, number);
    return *this;
}

Statement& Statement::bind(int place, std::string_view text) {
    sqlite3_bind_text64(statement_, place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(int place, ByteView bytes) {
    sqlite3_bind_blob64(statement_, place, bytes.data(), bytes.size(), SQLITE_STATIC);
    return *this;
}

bool Statement::step() {
    if (statement_ == nullptr || database_->failure()) return false;
    const auto code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_->fail();
    return false;
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() {
    if (statement_ == nullptr) return;  // prepared after a failure
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::text(int column) const {
    const auto* letters = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {letters == nullptr ? "" : letters, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ByteView Statement::bytes(int column) const {
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file) {
    std::unique_ptr<Database> opened(new Database);
    const auto name = file.empty() ? ":memory:" : file.string();
    const auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(name.c_str(), &opened->database_, flags, nullptr) != SQLITE_OK) opened->fail();
    // A file that somebody else wrote must not be able to run anything.
    sqlite3_db_config(opened->database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(opened->database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // One process owns the profile, so nobody else looks; a power cut costs the latest changes and nothing older.
    opened->run(
        "PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
        // 8 MiB of pages, and a log of 16 MiB: with less, those that words are spread over are read and written again and again.
        "PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4000");
    if (opened->failure()) return *opened->failure();
    return opened;
}

Database::~Database() { sqlite3_close_v2(database_); }

void Database::run(const char* statements) {
    if (failure_) return;
    if (sqlite3_exec(database_, statements, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

Statement Database::prepare(std::string_view statement) {
    Statement prepared;
    prepared.database_ = this;
    if (failure_) return prepared;
    const auto code = sqlite3_prepare_v3(database_, statement.data(), static_cast<int>(statement.size()),
                                         SQLITE_PREPARE_PERSISTENT, &prepared.statement_, nullptr);
    if (code != SQLITE_OK) fail();
    return prepared;
}

std::int64_t Database::changes() const { return sqlite3_total_changes64(database_); }

void Database::fail() {
    if (failure_) return;
    const auto code = sqlite3_errcode(database_) & 0xFF;
    damaged_ = code != SQLITE_FULL && code != SQLITE_NOMEM;
    failure_ = code == SQLITE_FULL
                   ? Error{Code::io, "Disk full.", "Free some space, then search again."}
                   : Error{Code::io, "The search on this computer does not work.", "Run: staffroom repair --rebuild"};
}

}  // namespace staffroom::search
