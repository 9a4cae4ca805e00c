package rabbit

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Server is a RabbitMQ of a test's own.
type Server struct {
	tb       testing.TB
	programs programs
	folder   string
	who      *syscall.Credential
	// port is where it listens on 127.0.0.1; so do Erlang's port mapper and its distribution.
	port, mapper, distribution int
	epmd, node                 *process
}

// Start starts a server, or skips the test where there is none. It stops when the test ends.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{tb: tb, folder: tb.TempDir()}
	var err error
	if s.programs, err = find(); err != nil {
		miss(err)
		tb.Skipf("RabbitMQ: %v", err)
	}
	if err := s.furnish(); err != nil {
		tb.Fatalf("RabbitMQ: %v", err)
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("the end of RabbitMQ's log:\n%s", tail(filepath.Join(s.folder, "node.log")))
		}
		s.node.kill()
		s.epmd.kill()
	})
	mapper := s.command(filepath.Join(s.programs.erlang, "epmd"), "-port", strconv.Itoa(s.mapper), "-address", "127.0.0.1")
	if s.epmd, err = start(mapper, filepath.Join(s.folder, "epmd.log")); err != nil {
		tb.Fatalf("Erlang's port mapper: %v", err)
	}
	s.Start()
	return s
}

// URI is where clients connect to.
func (s *Server) URI() string { return fmt.Sprintf("amqp://guest:guest@127.0.0.1:%d/", s.port) }

// Kill kills the server's process, as a power cut would.
func (s *Server) Kill() { s.node.kill() }

// Start starts the server again, on what it has kept.
func (s *Server) Start() {
	s.tb.Helper()
	var err error
	if s.node, err = start(s.command(s.programs.server), filepath.Join(s.folder, "node.log")); err != nil {
		s.tb.Fatalf("RabbitMQ: %v", err)
	}
	const patience, tick = 90 * time.Second, 100 * time.Millisecond // it takes 6 seconds on a quiet machine
	for waited := time.Duration(0); ; waited += tick {
		conn, err := amqp.Dial(s.URI())
		if err == nil {
			if err = conn.Close(); err == nil {
				return
			}
		}
		if s.node.ended() || waited > patience {
			s.tb.Fatalf("RabbitMQ does not answer: %v; the end of its log:\n%s", err,
				tail(filepath.Join(s.folder, "node.log")))
		}
		time.Sleep(tick)
	}
}

// furnish makes the folder ready: for another user, where the tests run as root, since no server should.
func (s *Server) furnish() error {
	for _, port := range []*int{&s.port, &s.mapper, &s.distribution} {
		var err error
		if *port, err = freePort(); err != nil {
			return err
		}
	}
	if err := s.become(); err != nil {
		return err
	}
	// The script calls "erl". Debian's looks for Erlang where it is installed, and nowhere else.
	erl := fmt.Sprintf("#!/bin/sh\nexport ROOTDIR='%s' BINDIR='%s' EMU=beam PROGNAME=erl\n"+
		"exec \"$BINDIR/erlexec\" \"$@\"\n", filepath.Join(s.programs.home, "usr/lib/erlang"), s.programs.erlang)
	config := fmt.Sprintf("listeners.tcp.1 = 127.0.0.1:%d\ndistribution.listener.interface = 127.0.0.1\n"+
		"log.file = false\nlog.console = true\nlog.console.level = info\n", s.port)
	return errors.Join(
		os.Mkdir(filepath.Join(s.folder, "bin"), 0o755),                                  //nolint:gosec // its user gets in
		os.WriteFile(filepath.Join(s.folder, "bin", "erl"), []byte(erl), 0o755),          //nolint:gosec // a program
		os.WriteFile(filepath.Join(s.folder, "rabbitmq.conf"), []byte(config), 0o644),    //nolint:gosec // see above
		os.WriteFile(filepath.Join(s.folder, "enabled_plugins"), []byte("[].\n"), 0o644), //nolint:gosec // see above
	)
}

// become finds the user to run as, and gives them the folder.
func (s *Server) become() error {
	if os.Getuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return err
	}
	s.who = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if !reachable(s.programs.home) {
		to := filepath.Join(s.folder, "programs")
		if out, err := exec.Command("cp", "-a", s.programs.home, to).CombinedOutput(); err != nil { //nolint:gosec // found
			return fmt.Errorf("copying the programs: %w: %s", err, out)
		}
		moved := func(name *string) { *name = to + (*name)[len(s.programs.home):] }
		moved(&s.programs.server)
		moved(&s.programs.erlang)
		s.programs.home = to
	}
	return errors.Join(os.Chown(s.folder, int(uid), int(gid)),
		os.Chmod(filepath.Dir(s.folder), 0o755)) //nolint:gosec // the folder above is the test's, for root alone
}

// reachable says whether everybody can get at a folder.
func reachable(folder string) bool {
	for at := folder; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if at == filepath.Dir(at) {
			return true
		}
	}
}

// command is a call of one of the programs, with none of the developer's settings.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...) //nolint:gosec // a program that was found
	in := func(file string) string { return filepath.Join(s.folder, file) }
	libraries, _ := filepath.Glob(filepath.Join(s.programs.home, "usr/lib/*-linux-gnu*"))
	c.Env = []string{
		"HOME=" + s.folder, "PATH=" + in("bin") + ":/usr/bin:/bin", "LC_ALL=C.UTF-8",
		"ERL_EPMD_ADDRESS=127.0.0.1", "ERL_EPMD_PORT=" + strconv.Itoa(s.mapper), "ERL_CRASH_DUMP_BYTES=0",
		"RABBITMQ_NODENAME=sessional@localhost", "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
		"RABBITMQ_NODE_PORT=" + strconv.Itoa(s.port), "RABBITMQ_DIST_PORT=" + strconv.Itoa(s.distribution),
		"RABBITMQ_CONFIG_FILE=" + in("rabbitmq.conf"), "RABBITMQ_ENABLED_PLUGINS_FILE=" + in("enabled_plugins"),
		"RABBITMQ_CONF_ENV_FILE=" + in("none"), "RABBITMQ_MNESIA_BASE=" + in("mnesia"), "RABBITMQ_LOG_BASE=" + in("log"),
		// So the script becomes the server, and does not wait beside it: the process id is the server's.
		"RUNNING_UNDER_SYSTEMD=true",
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
	}
	if s.programs.home != "/" && len(libraries) > 0 {
		c.Env = append(c.Env, "LD_LIBRARY_PATH="+libraries[0])
	}
	c.Dir = s.folder
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.who, Setpgid: true}
	dieWithParent(c.SysProcAttr)
	return c
}

// process is a program that runs.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

func start(cmd *exec.Cmd, log string) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd, make(chan struct{})}
	go func() {
		defer close(p.done)
		_ = cmd.Wait() // killed, it calls that a failure
	}()
	return p, nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// kill kills a process, and the group that it leads; what it has started ends with it.
func (p *process) kill() {
	if p == nil || p.ended() {
		return
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
}

// freePort is a port that nobody listens on now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil //nolint:errcheck // it is one
}

// tail is the end of a log.
func tail(file string) []byte {
	const most = 4000
	text, err := os.ReadFile(file)
	if err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimSpace(text[max(0, len(text)-most):])
}
