#include "app/local_door.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>

namespace staffroom {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Local = asio::local::stream_protocol;
using Stream = beast::basic_stream<Local>;

constexpr int wait_ms = 500;
constexpr auto silence_max = std::chrono::seconds(30);

// A socket's address holds about a hundred bytes, a home's path may be longer: then it is named through its open
// folder.
class SocketName {
  public:
    explicit SocketName(const std::filesystem::path& socket) : name_(socket.string()) {
        if (name_.size() < 100) return;
        folder_ = ::open(socket.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        name_ = "/proc/self/fd/" + std::to_string(folder_) + "/" + socket.filename().string();
    }
    ~SocketName() {
        if (folder_ >= 0) ::close(folder_);
    }
    SocketName(const SocketName&) = delete;
    SocketName& operator=(const SocketName&) = delete;
    const std::string& text() const { return name_; }

  private:
    std::string name_;
    int folder_ = -1;
};

bool is_same_user(int socket) {
    ucred peer{};
    socklen_t length = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

// One connection: reads a request, hands it on, writes the answer, again. It is shared because its own callbacks and an
// answer that another thread gives later all keep it alive, in an order nobody knows.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Local::socket socket, const LocalDoor::Handle& handle, asio::io_context& context,
               std::atomic<int>& asked)
        : stream_(std::move(socket)), handle_(handle), context_(context), asked_(asked) {}

    void read() {
        parser_.emplace();
        parser_->body_limit(request_bytes_max);
        stream_.expires_after(silence_max);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) { self->take(error); });
    }

  private:
    void take(beast::error_code error) {
        if (error == http::error::body_limit) return write(http::status::payload_too_large, "");
        if (error) return;
        stream_.expires_never();
        auto request = parser_->release();
        keep_alive_ = request.keep_alive();
        if (request.target() != "/api") return write(http::status::not_found, "");
        if (request.method() != http::verb::post) return write(http::status::method_not_allowed, "");
        ++asked_;
        answering_ = true;
        gone_ = std::make_shared<std::atomic<bool>>(false);
        const auto answer = [self = shared_from_this()](std::string body) {
            asio::post(self->context_,
                       [self, body = std::move(body)]() mutable { self->write(http::status::ok, std::move(body)); });
        };
        watch_asker();
        handle_(std::move(request.body()), {answer, gone_});
    }

    // Until the answer is given: who hangs up wants it no more.
    void watch_asker() {
        stream_.socket().async_wait(Local::socket::wait_read, [self = shared_from_this()](beast::error_code error) {
            if (!error && has_hung_up(self->stream_.socket().native_handle())) *self->gone_ = true;
        });
    }

    void write(http::status status, std::string body) {
        beast::error_code ignored;  // there was nothing to watch
        stream_.socket().cancel(ignored);
        response_ = {};
        response_.version(11);
        response_.result(status);
        response_.set(http::field::content_type, "application/json");
        response_.keep_alive(keep_alive_);
        response_.body() = std::move(body);
        response_.prepare_payload();
        http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (std::exchange(self->answering_, false)) --self->asked_;
            if (!error && self->keep_alive_) self->read();
        });
    }

    Stream stream_;
    const LocalDoor::Handle& handle_;
    asio::io_context& context_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
    std::atomic<int>& asked_;
    std::shared_ptr<std::atomic<bool>> gone_;
    bool answering_ = false;
    bool keep_alive_ = false;
};

}  // namespace

bool has_hung_up(int socket) {
    char next;
    const auto count = ::recv(socket, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

struct LocalDoor::Served {
    explicit Served(Handle to) : handle(std::move(to)), acceptor(context) {}

    void accept() {
        acceptor.async_accept([this](beast::error_code error, Local::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error && is_same_user(socket.native_handle())) {
                std::make_shared<Connection>(std::move(socket), handle, context, asked)->read();
            }
            accept();
        });
    }

    std::filesystem::path path;
    Handle handle;
    std::atomic<int> asked = 0;  // and not answered
    asio::io_context context{1};
    Local::acceptor acceptor;
    std::thread thread;
};

LocalDoor::LocalDoor(std::unique_ptr<Served> served) : served_(std::move(served)) {}

Result<std::unique_ptr<LocalDoor>> LocalDoor::open(const std::filesystem::path& socket, Handle handle) {
    const Error shut{Code::refused,
                     "The door for the command line cannot be opened in " + socket.parent_path().string() + ".",
                     "Check that this folder can be written to."};
    auto served = std::make_unique<Served>(std::move(handle));
    served->path = socket;
    const SocketName name(socket);
    ::unlink(socket.c_str());
    beast::error_code error;
    served->acceptor.open(Local(), error);
    const auto mask = ::umask(0177);
    if (!error) served->acceptor.bind(Local::endpoint(name.text()), error);
    ::umask(mask);
    if (!error) served->acceptor.listen(64, error);
    if (error) return shut;
    served->accept();
    served->thread = std::thread([raw = served.get()] { raw->context.run(); });
    return std::unique_ptr<LocalDoor>(new LocalDoor(std::move(served)));
}

LocalDoor::~LocalDoor() {
    ::unlink(served_->path.c_str());
    for (int waited_ms = 0; served_->asked > 0 && waited_ms < 1'000; ++waited_ms) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    served_->context.stop();
    served_->thread.join();
}

Result<std::string> ask_daemon(const std::filesystem::path& socket, const std::string& body,
                               const std::function<void()>& waiting) {
    const Error nobody{Code::not_found, "Staffroom is not running.", "Start it with: staffroom start"};
    const SocketName name(socket);
    asio::io_context context;
    Local::socket stream(context);
    beast::error_code error;
    stream.connect(Local::endpoint(name.text()), error);
    if (error) return nobody;
    http::request<http::string_body> request{http::verb::post, "/api", 11};
    request.set(http::field::host, "localhost");
    request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    http::write(stream, request, error);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::uint64_t{256} << 20);
    pollfd answered{stream.native_handle(), POLLIN, 0};
    while (!error && waiting && ::poll(&answered, 1, wait_ms) == 0) waiting();
    if (!error) http::read(stream, buffer, parser, error);
    if (error || parser.get().result() != http::status::ok) {
        return {Code::busy, "Staffroom stopped before it had answered.", "Try again."};
    }
    return parser.release().body();
}

}  // namespace staffroom
