package service_test

import (
	"errors"
	"net/http"
	"net/http/httptrace"
	"testing"

	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
)

// losing is a transport that gets as far as it is told, and fails.
type losing func(*httptrace.ClientTrace)

var errLost = errors.New("connection reset by peer")

func (l losing) RoundTrip(r *http.Request) (*http.Response, error) {
	l(httptrace.ContextClientTrace(r.Context()))
	return nil, errLost
}

// Only a request that was wholly written, over the connection that was tried last, may have been worked on.
func TestN5OnlyWhatWasWrittenIsUnknown(t *testing.T) {
	wrote := func(t *httptrace.ClientTrace, err error) { t.WroteRequest(httptrace.WroteRequestInfo{Err: err}) }
	for _, c := range []struct {
		name string
		lose losing
		want string
	}{
		{"nothing written", func(*httptrace.ClientTrace) {}, "again"},
		{"written in part", func(t *httptrace.ClientTrace) { wrote(t, errLost) }, "again"},
		{"written", func(t *httptrace.ClientTrace) { wrote(t, nil) }, "unknown"},
		{"written, then to be sent again", func(t *httptrace.ClientTrace) {
			t.GetConn("a")
			wrote(t, nil)
			t.GetConn("a")
		}, "again"},
		{"written twice", func(t *httptrace.ClientTrace) {
			t.GetConn("a")
			wrote(t, nil)
			t.GetConn("a")
			wrote(t, nil)
		}, "unknown"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://push.example/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		_, e := service.Ask(&http.Client{Transport: c.lose}, r)
		if e == nil || standin.Kind(e) != c.want || !errors.Is(e, errLost) {
			t.Errorf("%s: %v, want %s", c.name, e, c.want)
		}
	}
}
