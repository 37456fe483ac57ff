#include "app/page/door.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include "app/api/page.h"
#include "app/page/built.h"
#include "app/page/gate.h"
#include "app/page/incoming.h"
#include "app/page/own_user.h"
#include "core/limits.h"
#include "net/link.h"

namespace staffroom::page {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using Tcp = asio::ip::tcp;
using Event = std::shared_ptr<const std::string>;

constexpr auto head_time_max = std::chrono::seconds(10), body_time_max = std::chrono::seconds(60);
constexpr std::uint64_t drained_bytes_max = std::uint64_t{64} << 20;
constexpr std::size_t piece_bytes = std::size_t{512} << 10;
constexpr std::size_t session_bytes_max = 4 << 10, said_bytes_max = 4 << 10;

class Listener;

// What the connections share. All of it belongs to the door's thread but `sessions` and `asked`.
struct Room {
    explicit Room(Door::Behind to) : behind(std::move(to)) {}

    Door::Behind behind;
    asio::io_context context{1};
    std::uint16_t port = 0;
    std::string policy;
    Sessions sessions;
    std::atomic<int> asked = 0;  // and not answered
    std::vector<std::weak_ptr<Listener>> listeners;
    api::EventRow events;

    void tell(std::string_view event);
};

// A page that hears what changes. What it does not take in time is left out, and the numbers tell it so.
class Listener : public std::enable_shared_from_this<Listener> {
  public:
    Listener(Tcp::socket socket, Room& room) : stream_(std::move(socket)), room_(room) { stream_.text(true); }

    void accept(const http::request<http::empty_body>& request) {
        stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
        stream_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
            response.set(http::field::sec_websocket_protocol, page_protocol);
        }));
        stream_.read_message_max(said_bytes_max);
        stream_.async_accept(request, [self = shared_from_this()](beast::error_code error) {
            if (error) return;
            self->hear(std::make_shared<const std::string>(self->room_.events.hello()));
            self->room_.listeners.push_back(self);
            self->read();
        });
    }

    void hear(Event event) {
        if (waiting_.size() >= listener_events_max || waiting_bytes_ > listener_bytes_max) return;
        waiting_bytes_ += event->size();
        waiting_.push_back(std::move(event));
        if (waiting_.size() == 1) write();
    }

  private:
    void read() {
        said_.clear();
        stream_.async_read(said_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (error) return self->tell(self->places_.left());
            const auto said = self->said_.cdata();
            self->tell(self->places_.said({static_cast<const char*>(said.data()), said.size()}));
            self->read();
        });
    }

    void tell(const std::vector<api::TabPlace>& places) {
        for (const auto& each : places) {
            room_.tell(api::event_of(each));
            if (room_.behind.place) room_.behind.place(each);
        }
    }

    void write() {
        stream_.async_write(asio::buffer(*waiting_.front()),
                            [self = shared_from_this()](beast::error_code error, auto) {
                                if (error) return;  // the read ends with it
                                self->waiting_bytes_ -= self->waiting_.front()->size();
                                self->waiting_.pop_front();
                                if (!self->waiting_.empty()) self->write();
                            });
    }

    websocket::stream<beast::tcp_stream> stream_;
    Room& room_;
    beast::flat_buffer said_;
    std::deque<Event> waiting_;  // the first is being written
    std::size_t waiting_bytes_ = 0;
    api::TabPlaces places_;
};

void Room::tell(std::string_view event) {
    const auto numbered = std::make_shared<const std::string>(events.next(event));
    std::erase_if(listeners, [](const auto& each) { return each.expired(); });
    for (const auto& each : listeners) {
        if (const auto listener = each.lock()) listener->hear(numbered);
    }
}

// One connection: a request, its answer, again. It is shared because its own callbacks and an answer that another
// thread gives later all keep it alive, in an order nobody knows.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Tcp::socket socket, Room& room) : stream_(std::move(socket)), room_(room) {}

    // Whoever has shown a session keeps the place until the answer is given.
    bool may_be_closed() const { return !admitted_; }
    void close() { stream_.close(); }

    void read_head() {
        admitted_ = false;
        head_.emplace();
        head_->header_limit(head_bytes_max);
        head_->body_limit(boost::none);
        stream_.expires_after(head_time_max);
        http::async_read_header(stream_, buffer_, *head_,
                                [self = shared_from_this()](beast::error_code error, std::size_t) {
                                    error ? self->take_failure(error) : self->take_head();
                                });
    }

  private:
    void take_failure(beast::error_code error) {
        if (error == http::error::header_limit)
            return refuse(431, {Code::too_large, "This request's head is too long."});
        if (error == http::error::end_of_stream || error.category() != http::make_error_code({}).category()) return;
        refuse(400, {Code::malformed, "This is no request."});
    }

    void take_head() {
        const auto& request = head_->get();
        const auto text = [&](auto field) { return std::string(request[field]); };
        const auto maybe = [&](auto field) {
            return request.count(field) == 0 ? std::nullopt : std::optional(std::string(request[field]));
        };
        keep_alive_ = request.keep_alive();
        Head head{std::string(request.method_string()),
                  std::string(request.target()),
                  text(http::field::host),
                  text(http::field::content_type),
                  maybe(http::field::origin),
                  maybe("Sec-Fetch-Site"),
                  text(http::field::cookie),
                  text("X-Staffroom-Token"),
                  websocket::is_upgrade(request)};
        if (head.is_upgrade) head.token = token_in_protocols(text(http::field::sec_websocket_protocol));
        if (request.count(http::field::host) > 1) head.host.clear();  // which one is meant?
        auto judged = judge(head, room_.port, room_.sessions);
        if (const auto* refused = std::get_if<Refused>(&judged)) return refuse(refused->status, refused->why);
        asked_ = std::get<Admitted>(std::move(judged));
        admitted_ = asked_.route != Route::built_page && asked_.route != Route::session;
        switch (asked_.route) {
            case Route::built_page:
                return give_built();
            case Route::session:
                return read_body(session_bytes_max, head_time_max);
            case Route::api:
                return read_body(request_bytes_max, body_time_max);
            case Route::events:
                return listen(head.is_upgrade);
            case Route::upload:
                return begin_upload();
            case Route::file:
                return begin_file();
        }
    }

    void give_built() {
        const auto* file = built_file(asked_.path);
        if (file == nullptr) return refuse(404, nothing_here());
        auto response = begin(200, content_type_of(file->path));
        response.set(http::field::cache_control,
                     has_hashed_name(file->path) ? "public, max-age=31536000, immutable" : "no-cache");
        write(std::move(response), std::string(file->bytes));
    }

    void read_body(std::uint64_t most, std::chrono::seconds time) {
        if (head_->content_length().value_or(0) > most) return refuse_too_large();
        body_.emplace(std::move(*head_));
        body_->body_limit(most);
        stream_.expires_after(time);
        http::async_read(stream_, buffer_, *body_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (error == http::error::body_limit) return self->refuse_too_large();
            if (!error) self->take_body(std::move(self->body_->get().body()));
        });
    }

    void take_body(std::string body) {
        stream_.expires_never();
        if (asked_.route == Route::session) return begin_session(body);
        room_.behind.api(std::move(body), answer());
    }

    LocalDoor::Answer answer() {
        ++room_.asked;
        answering_ = true;
        gone_ = std::make_shared<std::atomic<bool>>(false);
        watch_asker();
        return {[self = shared_from_this()](std::string document) {
                    asio::post(self->room_.context, [self, document = std::move(document)]() mutable {
                        self->write(self->begin(200, "application/json"), std::move(document));
                    });
                },
                gone_};
    }

    void begin_upload() {
        const auto length = head_->content_length();
        if (!length) return refuse(411, {Code::malformed, "This file does not say how long it is."});
        if (*length > limits::file_bytes) return refuse_too_large();
        auto begun = Incoming::begin(room_.behind.folder, *length);
        if (!begun) return refuse(507, begun.error());
        incoming_ = std::move(*begun);
        upload_.emplace(std::move(*head_));
        upload_->body_limit(limits::file_bytes);
        receive();
    }

    void receive() {
        if (upload_->is_done()) return take_upload();
        piece_.resize(piece_bytes);
        upload_->get().body().data = piece_.data();
        upload_->get().body().size = piece_.size();
        stream_.expires_after(body_time_max);
        http::async_read(stream_, buffer_, *upload_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (error && error != http::error::need_buffer) return;
            const auto count = self->piece_.size() - self->upload_->get().body().size;
            const auto added = self->incoming_->add(ByteView(self->piece_).first(count));
            added ? self->receive() : self->refuse(507, added.error());
        });
    }

    void take_upload() {
        stream_.expires_never();
        const auto asked = [&](const char* name) { return asked_.query[name]; };
        room_.behind.upload({asked_.path, asked("name"), incoming_->path(), asked("args"), asked("id")}, answer());
    }

    void begin_file() {
        auto asked = file_asked(asked_.path);
        if (!asked) return refuse(404, nothing_here());
        asked->is_inline = asked_.query["inline"] == "1";
        asked->range = std::string(head_->get()[http::field::range]);
        file_ = std::move(*asked);
        stream_.expires_never();
        ask_piece(0, first_bytes, &Connection::give_file_head);
    }

    void ask_piece(std::uint64_t offset, std::size_t most, void (Connection::*then)(Result<api::FilePiece>)) {
        room_.behind.piece(file_, offset, most, [self = shared_from_this(), then](Result<api::FilePiece> piece) {
            asio::post(self->room_.context,
                       [self, then, piece = std::move(piece)]() mutable { (self.get()->*then)(std::move(piece)); });
        });
    }

    void give_file_head(Result<api::FilePiece> first) {
        if (!first) return refuse(first.code() == Code::not_found ? 404 : 409, first.error());
        out_ = outgoing(file_, first->name, first->size, first->bytes);
        const auto response = begin(out_.status, "");
        file_head_.emplace(response.base());
        for (const auto& [name, value] : out_.headers) file_head_->set(name, value);
        file_head_->content_length(out_.count);
        file_head_->keep_alive(keep_alive_);
        file_writer_.emplace(*file_head_);
        stream_.expires_after(body_time_max);
        http::async_write_header(stream_, *file_writer_,
                                 [self = shared_from_this()](beast::error_code error, std::size_t) {
                                     if (!error) self->give_next();
                                 });
    }

    void give_next() {
        if (out_.count == 0) return keep_alive_ ? read_head() : drain();
        stream_.expires_never();
        ask_piece(out_.from, static_cast<std::size_t>(std::min<std::uint64_t>(out_.count, piece_bytes)),
                  &Connection::give_piece);
    }

    // What cannot be gone on with is broken off: the browser knows by the length that something is missing.
    void give_piece(Result<api::FilePiece> piece) {
        if (!piece || piece->bytes.empty()) return close();
        piece_ = std::move(piece->bytes);
        out_.from += piece_.size();
        out_.count -= piece_.size();
        stream_.expires_after(body_time_max);
        asio::async_write(stream_, asio::buffer(piece_),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) self->give_next();
                          });
    }

    void begin_session(const std::string& body) {
        const auto code = api::launch_code_in(body);
        const auto session =
            code && is_own_user(stream_.socket()) ? room_.sessions.swap(*code, net::uptime_ms()) : std::nullopt;
        if (!session) return refuse(401, used_up());
        auto response = begin(200, "application/json");
        response.set(http::field::set_cookie,
                     cookie_name(room_.port) + "=" + session->cookie + "; HttpOnly; SameSite=Strict; Path=/");
        write(std::move(response), api::session_document(*session));
    }

    void listen(bool is_upgrade) {
        if (!is_upgrade) return refuse(426, {Code::malformed, "Events come over a WebSocket."});
        std::erase_if(room_.listeners, [](const auto& each) { return each.expired(); });
        if (room_.listeners.size() >= listeners_max) {
            return refuse(503, {Code::busy, "The page is open too often.", "Close other tabs."});
        }
        stream_.expires_never();
        std::make_shared<Listener>(stream_.release_socket(), room_)->accept(head_->release());
    }

    // Until the answer is given: who hangs up wants it no more.
    void watch_asker() {
        stream_.socket().async_wait(Tcp::socket::wait_read, [self = shared_from_this()](beast::error_code error) {
            if (!error && has_hung_up(self->stream_.socket().native_handle())) *self->gone_ = true;
        });
    }

    using Response = http::response<http::string_body>;
    Response begin(unsigned status, std::string_view type) {
        Response response;
        response.version(11);
        response.result(status);
        response.set(http::field::content_type, beast::string_view(type.data(), type.size()));
        response.set(http::field::cache_control, "no-store");
        response.set("Content-Security-Policy", room_.policy);
        for (const auto& [name, value] : fixed_headers) response.set(name, value);
        return response;
    }

    void refuse_too_large() { refuse(413, {Code::too_large, "This is too large.", "Send less at a time."}); }

    // The body is not read; but who is still sending would not hear the answer if the connection broke at once.
    void refuse(unsigned status, const Error& why) {
        keep_alive_ = false;
        write(begin(status, "application/json"), api::refusal_document(why));
    }

    void write(Response response, std::string body) {
        beast::error_code ignored;  // there was nothing to watch
        stream_.socket().cancel(ignored);
        response_ = std::move(response);
        response_.keep_alive(keep_alive_);
        response_.body() = std::move(body);
        response_.prepare_payload();
        stream_.expires_after(body_time_max);
        http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (std::exchange(self->answering_, false)) --self->room_.asked;
            self->incoming_.reset();
            if (error) return;
            self->keep_alive_ ? self->read_head() : self->drain();
        });
    }

    void drain() {
        if (std::exchange(admitted_, false)) drain_max_ = limits::file_bytes;
        beast::error_code ignored;
        stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
        stream_.expires_after(head_time_max);
        read_away();
    }
    void read_away() {
        piece_.resize(piece_bytes);
        stream_.async_read_some(asio::buffer(piece_),
                                [self = shared_from_this()](beast::error_code error, std::size_t count) {
                                    self->drained_ += count;
                                    if (!error && self->drained_ < self->drain_max_) self->read_away();
                                });
    }

    beast::tcp_stream stream_;
    Room& room_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::empty_body>> head_;
    std::optional<http::request_parser<http::string_body>> body_;
    Admitted asked_;
    Response response_;
    std::shared_ptr<std::atomic<bool>> gone_;
    std::optional<http::request_parser<http::buffer_body>> upload_;
    std::optional<Incoming> incoming_;
    FileAsked file_;
    Outgoing out_;
    std::optional<http::response<http::empty_body>> file_head_;
    std::optional<http::response_serializer<http::empty_body>> file_writer_;
    Bytes piece_;  // of a body that comes or goes
    std::uint64_t drained_ = 0, drain_max_ = drained_bytes_max;
    bool admitted_ = false, answering_ = false, keep_alive_ = false;
};

}  // namespace

struct Door::Served {
    explicit Served(Behind behind) : room(std::move(behind)), acceptor(room.context) {}

    Result<> listen(std::uint16_t port) {
        beast::error_code error;
        acceptor.open(Tcp::v4(), error);
        if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor.bind({asio::ip::address_v4::loopback(), port}, error);
        if (error && port != 0) {
            acceptor.close(error);
            return listen(0);
        }
        if (!error) acceptor.listen(64, error);
        if (error) return {Code::refused, "The page cannot be served on this computer.", "Start Staffroom again."};
        room.port = acceptor.local_endpoint(error).port();
        room.policy = content_policy(room.port);
        return Done{};
    }

    void accept() {
        acceptor.async_accept([this](beast::error_code error, Tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error) take(std::move(socket));
            accept();
        });
    }

    void take(Tcp::socket socket) {
        std::erase_if(connections, [](const auto& each) { return each.expired(); });
        if (connections.size() >= connections_max) {
            const auto idle = std::find_if(connections.begin(), connections.end(), [](const auto& each) {
                const auto connection = each.lock();
                return connection != nullptr && connection->may_be_closed();
            });
            if (idle == connections.end()) return;
            if (const auto connection = idle->lock()) connection->close();
            connections.erase(idle);
        }
        const auto connection = std::make_shared<Connection>(std::move(socket), room);
        connections.push_back(connection);
        connection->read_head();
    }

    Room room;
    Tcp::acceptor acceptor;
    std::vector<std::weak_ptr<Connection>> connections;  // the oldest first
    std::thread thread;
};

Door::Door(std::unique_ptr<Served> served) : served_(std::move(served)) {}

Result<std::unique_ptr<Door>> Door::open(std::uint16_t port, Behind behind) {
    auto served = std::make_unique<Served>(std::move(behind));
    if (const auto listening = served->listen(port); !listening) return listening.error();
    served->accept();
    served->thread = std::thread([raw = served.get()] { raw->room.context.run(); });
    return std::unique_ptr<Door>(new Door(std::move(served)));
}

Door::~Door() {
    for (int waited_ms = 0; served_->room.asked > 0 && waited_ms < 1'000; ++waited_ms) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    served_->room.context.stop();
    served_->thread.join();
}

std::uint16_t Door::port() const { return served_->room.port; }

std::string Door::address() {
    return "http://127.0.0.1:" + std::to_string(port()) +
           "/#launch=" + served_->room.sessions.launch_code(net::uptime_ms());
}

void Door::tell(std::string event) {
    asio::post(served_->room.context, [&room = served_->room, event = std::move(event)] { room.tell(event); });
}

}  // namespace staffroom::page
