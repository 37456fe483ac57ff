// Boost.JSON is a library of headers; its one source is compiled here.
#include <boost/json/src.hpp>
