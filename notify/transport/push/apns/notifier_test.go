package apns_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/apns"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
	"github.com/sessional-go/sessional/session"
)

// answering opens notifiers of a service that answers every push alike.
func answering(h http.HandlerFunc) func(testing.TB) notify.Notifier {
	return func(tb testing.TB) notify.Notifier {
		a := newApple(tb)
		if h != nil {
			a.answer = func(w http.ResponseWriter, r *http.Request) bool {
				h(w, r)
				return true
			}
		}
		return open(tb, a.options())
	}
}

func message(n int) notify.Message { return standin.Message(n, notify.IPhone, device, "beef") }

func TestN5TheContractIsKept(t *testing.T) {
	notifytest.TestNotifier(t, notifytest.NotifierHarness{
		Open: answering(nil),
		Down: func(tb testing.TB) notify.Notifier {
			a := newApple(tb)
			a.Close()
			return open(tb, a.options())
		},
		Refusing: answering(func(w http.ResponseWriter, _ *http.Request) { reason(w, 400, "BadDeviceToken") }),
		Losing:   answering(standin.HangUp),
		Hanging:  answering(standin.Hang),
		Message:  message,
	})
}

// What arrives is what Apple documents, with names that are the same at every attempt.
func TestN5PushesAsDocumented(t *testing.T) {
	a := newApple(t)
	a.now = func() time.Time { return time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC) }
	o := a.options()
	o.TTL = time.Hour
	n := open(t, o)
	m := standin.Message(1, notify.IPhone, device)
	urgent := m
	urgent.Optional, urgent.Link = false, ""
	for _, m := range []notify.Message{m, urgent} {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got := a.pushes()
	if len(got) != 2 || len(a.tokens) != 1 {
		t.Fatalf("%d pushes with %d provider tokens, want 2 with 1", len(got), len(a.tokens))
	}
	id := push.ID(m.Key)
	const alert = `{"aps":{"alert":{"title":"Invoice paid",` +
		`"body":"Your invoice of £630.00 for session #4011234 has been paid."},"sound":"default"},`
	for i, want := range []struct{ body, priority string }{
		{alert + `"id":"` + id + `","kind":"invoice_paid","link":"https://sessions.example/invoices/1"}`, "5"},
		{alert + `"id":"` + id + `","kind":"invoice_paid"}`, "10"},
	} {
		h := got[i].header
		if got[i].device != device || got[i].body != want.body || h.Get("apns-priority") != want.priority {
			t.Errorf("push %d to %s at %s:\n%s, want\n%s", i, got[i].device, h.Get("apns-priority"), got[i].body, want.body)
		}
		if h.Get("apns-collapse-id") != id || h.Get("apns-id") != got[0].header.Get("apns-id") ||
			h.Get("apns-expiration") != "1782986400" {
			t.Errorf("push %d: %v", i, h)
		}
	}
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if id := got[0].header.Get("apns-id"); !uuid.MatchString(id) {
		t.Errorf("apns-id %q", id)
	}
}

// Every documented reason.
func TestAnswers(t *testing.T) {
	type answer struct {
		status int
		reason string
		want   push.Problem
	}
	var all []answer
	add := func(status int, want push.Problem, reasons ...string) {
		for _, r := range reasons {
			all = append(all, answer{status, r, want})
		}
	}
	add(400, push.Gone, "BadDeviceToken")
	add(400, push.Unfit, "PayloadEmpty")
	add(400, push.Foreign, "DeviceTokenNotForTopic")
	add(403, push.Foreign, "Forbidden")
	add(400, push.Refused, "BadCollapseId", "BadExpirationDate", "BadMessageId", "BadPriority", "BadTopic",
		"DuplicateHeaders", "IdleTimeout", "InvalidPushType", "MissingDeviceToken",
		"MissingTopic", "TopicDisallowed")
	add(403, push.Refused, "BadCertificate", "BadCertificateEnvironment", "InvalidProviderToken",
		"MissingProviderToken", "UnrelatedKeyIdInToken", "BadEnvironmentKeyIdInToken")
	add(404, push.Refused, "BadPath")
	add(405, push.Refused, "MethodNotAllowed")
	add(410, push.Gone, "ExpiredToken", "Unregistered")
	add(413, push.Unfit, "PayloadTooLarge")
	add(429, push.Busy, "TooManyProviderTokenUpdates", "TooManyRequests")
	add(500, push.Busy, "InternalServerError")
	add(503, push.Busy, "ServiceUnavailable", "Shutdown")
	var current answer
	a := newApple(t)
	a.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "9")
		reason(w, current.status, current.reason)
		return true
	}
	var book standin.Book
	o := a.options()
	o.Dead = func(_ context.Context, _ session.PersonID, d notify.Device, _ *push.Error) { book.Bury(d.Token) }
	n := open(t, o)
	for i, c := range all {
		current = c
		e := standin.Problem(t, n.Notify(t.Context(), standin.Message(i, notify.IPhone, device)))
		if e.Problem != c.want || e.Reason != c.reason || e.Status != c.status ||
			(e.RetryAfter() == 9*time.Second) != (c.want == push.Busy) {
			t.Errorf("%d %s: %v, to wait %v; want %s", c.status, c.reason, e, e.RetryAfter(), c.want)
		}
		if dead := book.Dead(); (len(dead) == 1) != (c.want == push.Gone) {
			t.Errorf("%d %s: dead: %q", c.status, c.reason, dead)
		}
	}
	if a.asked != len(all) {
		t.Errorf("%d requests for %d pushes", a.asked, len(all))
	}
	// What is no token is not asked for.
	e := standin.Problem(t, n.Notify(t.Context(), standin.Message(1, notify.IPhone, "../../evil")))
	if e.Problem != push.Gone || len(book.Dead()) != 1 || a.asked != len(all) {
		t.Errorf("a token that is none: %v", e)
	}
}

// Apple says since when a device is gone, so that one that was registered again meanwhile is not forgotten.
func TestSinceWhenADeviceIsGone(t *testing.T) {
	at := time.Date(2026, 7, 1, 8, 30, 0, 250e6, time.UTC)
	n := answering(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusGone)
		fmt.Fprintf(w, `{"reason":"Unregistered","timestamp":%d}`, at.UnixMilli())
	})(t)
	if e := standin.Problem(t, n.Notify(t.Context(), message(1))); !e.Since.Equal(at) {
		t.Errorf("since %v, want %v", e.Since, at)
	}
}

// clock is one that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A provider token is used for fifty minutes, by all. One that Apple calls expired is replaced at once if it may be.
func TestProviderTokens(t *testing.T) {
	c := &clock{now: time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC)}
	a := newApple(t)
	a.now = c.read
	n := open(t, a.options())
	many := func(tokens int) {
		t.Helper()
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				if err := n.Notify(t.Context(), standin.Message(i, notify.IPhone, device)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if len(a.tokens) != tokens {
			t.Errorf("%d provider tokens, want %d", len(a.tokens), tokens)
		}
	}
	many(1)
	c.pass(50*time.Minute - 1)
	many(1)
	c.pass(1)
	many(2)
	one := func(want string, asked int) {
		t.Helper()
		before := a.asked
		err := n.Notify(t.Context(), standin.Message(1, notify.IPhone, device))
		if standin.Kind(err) != want || a.asked-before != asked {
			t.Errorf("%v after %d requests, want %s after %d", err, a.asked-before, want, asked)
		}
	}
	expired := true
	a.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		if expired {
			reason(w, http.StatusForbidden, "ExpiredProviderToken")
		}
		return expired
	}
	one("again", 1) // too young to be replaced
	const soonest = 20 * time.Minute
	c.pass(soonest)
	one("again", 2) // replaced, and no better
	expired = false
	one("taken", 1)
	if len(a.tokens) != 3 {
		t.Errorf("%d provider tokens, want 3", len(a.tokens))
	}
	// Once expired, the next one is taken.
	c.pass(soonest)
	refused := false
	a.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		if refused {
			return false
		}
		refused = true
		reason(w, http.StatusForbidden, "ExpiredProviderToken")
		return true
	}
	one("taken", 2)
}

// What speaks no HTTP/2 is not Apple.
func TestOnlyHTTP2(t *testing.T) {
	old := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a request arrived")
	}))
	old.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake
	old.StartTLS()
	t.Cleanup(old.Close)
	o := newApple(t).options()
	o.Endpoint, o.RootCAs = old.URL, (&standin.Server{Server: old}).Roots()
	if err := open(t, o).Notify(t.Context(), message(1)); standin.Kind(err) != "again" {
		t.Errorf("%v, want that it can be tried again", err)
	}
}

// Whatever the words, a payload is no longer than Apple takes.
func TestLongWordsAreShortened(t *testing.T) {
	a := newApple(t)
	n := open(t, a.options())
	m := standin.Message(1, notify.IPhone, device)
	m.Title, m.Body = strings.Repeat("\"é", 3000), strings.Repeat("👨‍👩‍👧", 1000)
	if err := n.Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := len(a.pushes()[0].body); got > 4096 || got < 4000 {
		t.Errorf("%d bytes", got)
	}
	m.Link = "https://sessions.example/" + strings.Repeat("x", 4096)
	if e := standin.Problem(t, n.Notify(t.Context(), m)); e.Problem != push.Unfit {
		t.Errorf("a link that leaves no room: %v", e)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*apns.Options){
		"":                 func(*apns.Options) {},
		"Options.Key":      func(o *apns.Options) { o.Key = nil },
		"Options.KeyID":    func(o *apns.Options) { o.KeyID = "" },
		"Options.TeamID":   func(o *apns.Options) { o.TeamID = "" },
		"Options.Topic":    func(o *apns.Options) { o.Topic = "" },
		"Options.Endpoint": func(o *apns.Options) { o.Endpoint = "http://api.push.example" },
		"Options.TTL":      func(o *apns.Options) { o.TTL = -time.Second },
	} {
		o := apns.Options{Key: p8(privateKey()), KeyID: keyID, TeamID: teamID, Topic: bundle, Development: true}
		change(&o)
		n, err := apns.New(o)
		switch {
		case field != "":
			standin.Field(t, err, field)
		case err != nil || n == nil:
			t.Error(err)
		}
	}
	for name, key := range map[string][]byte{"no PEM": []byte("secret"), "another curve": p8(other)} {
		_, err := apns.New(apns.Options{Key: key, KeyID: keyID, TeamID: teamID, Topic: bundle})
		standin.Field(t, err, "Options.Key")
		if strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}
