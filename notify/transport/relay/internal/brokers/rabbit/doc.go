// Package rabbit runs a real RabbitMQ for tests: Debian's, installed, or unpacked by internal/tools/peers. It listens
// on the loopback interface alone, with a port mapper (epmd) of its own; runs as another user where the tests run as
// root; and is stopped by its process id. What cannot be had makes the tests that need it skip, and is listed at the
// end of the run; where CI is set the run fails. For that a package's TestMain is
//
//	func TestMain(m *testing.M) { os.Exit(rabbit.Main(m)) }
package rabbit
