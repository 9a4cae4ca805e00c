// Package server gives tests real servers: PostgreSQL in several majors, a synchronous standby of it, and PgBouncer.
//
// Each is a child process with a throw-away folder, on a free port of the loopback interface. It is stopped by its
// process id when the test ends, and on Linux by the kernel should the test binary be killed. Where tests run as root
// the servers, which refuse to, run as nobody.
//
// The programs are looked for on PATH, where Debian installs them, and in the project's .tools folder, into which
// internal/tools/servers fetches them. What cannot be had makes the tests that need it skip, and is listed at the end
// of the run; where CI is set the run fails. For that a package's TestMain is
//
//	func TestMain(m *testing.M) { os.Exit(server.Main(m)) }
//
// With SESSIONAL_POSTGRES_DSN set, to a URL or to keywords and values, [Shared] and [Majors] stand for that server
// alone, with which nothing is done but to create databases and drop them again. What stops or promotes servers still
// starts its own.
package server
