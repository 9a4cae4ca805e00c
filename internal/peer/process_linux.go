package peer

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inside is a call of a program in the server's root folder, which ends with the test binary.
func (s *OpenSMTPD) inside(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...) //nolint:gosec // the server's own programs
	c.Dir = "/"
	c.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	c.SysProcAttr = &syscall.SysProcAttr{Chroot: s.folder, Setpgid: true, Pdeathsig: syscall.SIGTERM}
	return c
}

// start runs the server in the foreground, and stops it by its process id.
func (s *OpenSMTPD) start(tb testing.TB) {
	tb.Helper()
	var log bytes.Buffer
	server := s.inside("/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf")
	server.Stdout, server.Stderr = &log, &log
	server.WaitDelay = 5 * time.Second
	if err := server.Start(); err != nil {
		tb.Fatalf("%s: %v", opensmtpd, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Wait() // stopped by a signal, it calls that a failure
	}()
	tb.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = syscall.Kill(-server.Process.Pid, syscall.SIGKILL) // the group that it leads
			<-ended
		}
		if tb.Failed() {
			tb.Logf("%s said in the end:\n%s", opensmtpd, log.Bytes()[max(0, log.Len()-4000):])
		}
	})
	if !s.answers(20 * time.Second) {
		tb.Fatalf("%s does not answer", opensmtpd)
	}
}

// greets says whether a mail server answers on a port of the loopback interface.
func greets(port int) bool {
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second)) //nolint:forbidigo // a test's
	greeting := make([]byte, 4)
	n, _ := c.Read(greeting)
	return strings.HasPrefix(string(greeting[:n]), "220")
}
