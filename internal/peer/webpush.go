package peer

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// onLoopback runs web-push-testing, which would listen to the whole network, on loopback, and for as long as its input
// is open: it ends with whoever started it.
const onLoopback = `
const {Server} = require('net')
const listen = Server.prototype.listen
Server.prototype.listen = function (port, then) { return listen.call(this, port, '127.0.0.1', then) }
process.stdin.on('end', () => process.exit()).resume()
require(process.argv[1])
`

// StartWebPushTesting starts a push service for browsers that decrypts what it gets, and returns its port on 127.0.0.1;
// it stops with the test. Where there is none the test is skipped.
func StartWebPushTesting(tb testing.TB) int {
	tb.Helper()
	program, err := findWebPushTesting()
	if err != nil {
		skip(tb, webPushTesting, err)
	}
	port := freePort(tb)
	server := exec.Command("node", "-e", onLoopback, program, strconv.Itoa(port)) //nolint:gosec // fetched
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	server.WaitDelay = 5 * time.Second
	in, err := server.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := server.Start(); err != nil {
		tb.Fatalf("%s: %v", webPushTesting, err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		stop := time.AfterFunc(5*time.Second, func() { _ = server.Process.Kill() })
		defer stop.Stop()
		_ = server.Wait()
		if tb.Failed() {
			tb.Logf("%s said:\n%s", webPushTesting, &log)
		}
	})
	for range 1000 {
		c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err == nil {
			_ = c.Close()
			return port
		}
		time.Sleep(20 * time.Millisecond)
	}
	tb.Fatalf("%s does not answer", webPushTesting)
	return 0
}

// findWebPushTesting finds the server's program.
func findWebPushTesting() (string, error) {
	if _, err := exec.LookPath("node"); err != nil {
		return "", errors.New("there is no Node.js")
	}
	home, err := fetched("web-push-testing")
	if err != nil {
		return "", err
	}
	program := filepath.Join(home, "node_modules", "web-push-testing", "src", "bin", "server.js")
	if !there(program) {
		return "", errNotThere
	}
	return program, nil
}

// freePort is a port that nobody listens on now.
func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port //nolint:errcheck // it is one
}
