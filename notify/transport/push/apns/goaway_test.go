package apns_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
)

// behind puts a door in front of the stand-in: each connection is met by first, which says whether it is let through.
func behind(t *testing.T, a *apple, first func(n int64, c net.Conn, door io.Closer) bool) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: a.TLS.Certificates, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var count atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if !first(count.Add(1), c, l) {
					return
				}
				inside, err := tls.Dial("tcp", a.Listener.Addr().String(), &tls.Config{
					RootCAs: a.Roots(), ServerName: "127.0.0.1", NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
				})
				if err != nil {
					return
				}
				defer inside.Close()
				go func() { _, _ = io.Copy(inside, c) }()
				_, _ = io.Copy(c, inside)
			}()
		}
	}()
	return "https://" + l.Addr().String()
}

// goAway reads a connection up to the end of a request, says GOAWAY, and says which request was the last one it works
// on.
func goAway(c net.Conn, last uint32) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c, preface); err != nil {
		return
	}
	f := http2.NewFramer(c, c)
	if err := f.WriteSettings(); err != nil {
		return
	}
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		if d, ok := frame.(*http2.DataFrame); ok && d.StreamEnded() {
			_ = f.WriteGoAway(last, http2.ErrCodeNo, []byte(`{"reason":"Shutdown"}`))
			return
		}
	}
}

// A GOAWAY that excludes the request means that it was not worked on: it is sent again over another connection, once.
// One that includes it leaves open whether it was.
func TestN5GoAway(t *testing.T) {
	for _, c := range []struct {
		name     string
		last     uint32
		want     string
		requests int
		shut     bool // nobody listens any more
	}{
		{"not worked on", 0, "taken", 1, false},
		{"not worked on, and nobody there", 0, "again", 0, true},
		{"worked on, and no answer", 1, "unknown", 0, false},
	} {
		a := newApple(t)
		o := a.options()
		o.Endpoint = behind(t, a, func(n int64, conn net.Conn, door io.Closer) bool {
			if n == 1 {
				if c.shut {
					_ = door.Close()
				}
				goAway(conn, c.last)
			}
			return n > 1
		})
		err := open(t, o).Notify(t.Context(), standin.Message(1, notify.IPhone, device))
		if standin.Kind(err) != c.want || len(a.pushes()) != c.requests {
			t.Errorf("%s: %v, %d arrived; want %s and %d", c.name, err, len(a.pushes()), c.want, c.requests)
		}
	}
}

// A service that is about to restart says GOAWAY with its answer: the next push takes another connection.
func TestGoAwayAfterAnAnswer(t *testing.T) {
	a := newApple(t)
	a.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Connection", "close") // GOAWAY, in HTTP/2
		return false
	}
	n := open(t, a.options())
	for i := range 5 {
		if err := n.Notify(t.Context(), message(i)); err != nil {
			t.Errorf("push %d: %v", i, err)
		}
	}
	if got := len(a.pushes()); got != 10 {
		t.Errorf("%d arrived, want 10: two devices", got)
	}
}
