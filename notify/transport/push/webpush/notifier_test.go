package webpush_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/peer"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
	"github.com/sessional-go/sessional/notify/transport/push/webpush"
	"github.com/sessional-go/sessional/session"
)

func TestMain(m *testing.M) { os.Exit(peer.Main(m)) }

func TestN5TheContractIsKept(t *testing.T) {
	var s *service
	answering := func(h http.HandlerFunc) func(testing.TB) notify.Notifier {
		return func(tb testing.TB) notify.Notifier {
			s = newService(tb, h)
			return s.open(s.options())
		}
	}
	for _, c := range []notify.Channel{notify.Android, notify.IPhone} {
		t.Run(c.String(), func(t *testing.T) {
			notifytest.TestNotifier(t, notifytest.NotifierHarness{
				Open: answering(nil),
				Down: func(tb testing.TB) notify.Notifier {
					n := answering(nil)(tb)
					s.Close()
					return n
				},
				Refusing: answering(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }),
				Losing:   answering(standin.HangUp),
				Hanging:  answering(standin.Hang),
				Message:  func(n int) notify.Message { return standin.Message(n, c, s.token("/1"), s.token("/2")) },
			})
		})
	}
}

// What arrives is what the service worker is promised, with a name that is the same at every attempt, and always of the
// same length: nobody on the way learns from it.
func TestN5PushesAsDocumented(t *testing.T) {
	s := newService(t, nil)
	o := s.options()
	o.TTL = 90 * time.Second
	n := s.open(o)
	m := standin.Message(1, notify.Android, s.token("/1"), "app-token")
	urgent := m
	urgent.Optional, urgent.Link, urgent.Kind = false, "", notify.BookingCancelled
	for _, m := range []notify.Message{m, urgent} {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	id := push.ID(m.Key)
	got := s.pushes()
	if len(got) != 2 {
		t.Fatalf("%d pushes, want 2", len(got))
	}
	for i, want := range []struct{ body, urgency string }{
		{`{"id":"` + id + `","kind":"invoice_paid","title":"Invoice paid",` +
			`"body":"Your invoice of £630.00 for session #4011234 has been paid.",` +
			`"link":"https://sessions.example/invoices/1"}`, "normal"},
		{`{"id":"` + id + `","kind":"booking_cancelled","title":"Invoice paid"}`, "high"},
	} {
		h := got[i].header
		if got[i].body != want.body || h.Get("Urgency") != want.urgency || h.Get("TTL") != "90" || h.Get("Topic") != id {
			t.Errorf("push %d: %v\n%s, want\n%s", i, h, got[i].body, want.body)
		}
		if got[i].length != 4096 {
			t.Errorf("push %d has %d bytes", i, got[i].length)
		}
	}
}

// A real implementation of the other side decrypts what is sent, and knows its subscribers.
func TestWebPushTestingDecrypts(t *testing.T) {
	port := peer.StartWebPushTesting(t)
	post := func(path string, in map[string]string, out any) {
		t.Helper()
		body, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.Post(fmt.Sprintf("http://127.0.0.1:%d%s", port, path), "application/json",
			strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, answer.Status)
		}
		if out != nil {
			if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
				t.Fatal(err)
			}
		}
	}
	var book standin.Book
	n, err := webpush.New(webpush.Options{
		Key: webpush.NewKey(), Subscriber: "https://sessions.example/contact", PlainHTTP: true,
		Ports: []uint16{uint16(port)}, Internal: []netip.Prefix{loopback},
		Settings: push.Settings{Dead: func(_ context.Context, _ session.PersonID, d notify.Device, _ *push.Error) {
			book.Bury(d.Token)
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var browser struct {
		Data struct {
			Endpoint   string
			Keys       struct{ P256dh, Auth string }
			ClientHash string
		}
	}
	post("/subscribe", map[string]string{"userVisibleOnly": "true", "applicationServerKey": n.PublicKey()}, &browser)
	b := browser.Data
	token := subscription(strings.Replace(b.Endpoint, "localhost", "127.0.0.1", 1), b.Keys.P256dh, b.Keys.Auth)
	if err := n.Check(token); err != nil {
		t.Fatal(err)
	}
	m := standin.Message(1, notify.IPhone, token)
	m.Body = "Zoë’s “vaccines” 👩🏽‍⚕️"
	for range 2 {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var got struct{ Data struct{ Messages []string } }
	post("/get-notifications", map[string]string{"clientHash": b.ClientHash}, &got)
	want := `{"id":"` + push.ID(m.Key) + `","kind":"invoice_paid","title":"Invoice paid","body":"` + m.Body +
		`","link":"https://sessions.example/invoices/1"}`
	if len(got.Data.Messages) != 2 || got.Data.Messages[0] != want || got.Data.Messages[1] != want {
		t.Errorf("decrypted:\n%q, want twice\n%s", got.Data.Messages, want)
	}
	post("/expire-subscription/"+b.ClientHash, map[string]string{}, nil)
	e := standin.Problem(t, n.Notify(t.Context(), m))
	if e.Problem != push.Gone || e.Status != http.StatusGone || len(book.Dead()) != 1 {
		t.Errorf("a subscription that has expired: %v", e)
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		after  string
		want   push.Problem // blank: taken
		wait   time.Duration
	}{
		{200, "", "", 0}, {201, "", "", 0}, {202, "", "", 0}, {204, "", "", 0},
		{307, "", push.Refused, 0}, {400, "", push.Refused, 0}, {401, "", push.Refused, 0}, {403, "", push.Refused, 0},
		{404, "", push.Gone, 0}, {410, "", push.Gone, 0}, {413, "", push.Unfit, 0},
		{429, "30", push.Busy, 30 * time.Second}, {429, "", push.Busy, 0}, {500, "", push.Busy, 0},
		{503, "120", push.Busy, 2 * time.Minute}, {507, "", push.Busy, 0},
	} {
		asked := 0
		s := newService(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Location", "/elsewhere")
			if c.after != "" {
				w.Header().Set("Retry-After", c.after)
			}
			w.WriteHeader(c.status)
		})
		var book standin.Book
		o := s.options()
		o.Dead = func(_ context.Context, _ session.PersonID, d notify.Device, _ *push.Error) { book.Bury(d.Token) }
		err := s.open(o).Notify(t.Context(), standin.Message(1, notify.Android, s.token("/secret-path")))
		if asked != 1 {
			t.Errorf("%d: asked %d times", c.status, asked)
		}
		if dead := book.Dead(); (len(dead) == 1) != (c.want == push.Gone) {
			t.Errorf("%d: dead: %q", c.status, dead)
		}
		if c.want == "" {
			if err != nil {
				t.Errorf("%d: %v", c.status, err)
			}
			continue
		}
		e := standin.Problem(t, err)
		if e.Problem != c.want || e.Status != c.status || e.RetryAfter() != c.wait {
			t.Errorf("%d: %v, to wait %v", c.status, e, e.RetryAfter())
		}
	}
}

// Where a browser says that its service is decides nothing: what is inside a network is not dialled.
func TestSpecialAddressesAreNotDialled(t *testing.T) {
	s := newService(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	o := s.options()
	o.Internal = nil
	var book standin.Book
	o.Dead = func(_ context.Context, _ session.PersonID, d notify.Device, _ *push.Error) { book.Bury(d.Token) }
	n := s.open(o)
	port := fmt.Sprintf(":%d", s.Port())
	for _, host := range []string{"127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]",
		"[fd12:3456:789a::1]", "[64:ff9b::7f00:1]"} {
		token := strings.Replace(s.token("/1"), s.URL, "https://"+host+port, 1)
		err := n.Notify(t.Context(), standin.Message(1, notify.Android, token))
		if e := standin.Problem(t, err); e.Problem != push.Prohibited || standin.Kind(err) != "permanent" {
			t.Errorf("%s: %v (%v)", host, e, e.Err)
		}
	}
	if dead := book.Dead(); len(dead) != 0 {
		t.Errorf("dead: %q: a name can come to mean another address", dead)
	}
	o = s.options()
	o.Ports = nil
	err := s.open(o).Notify(t.Context(), standin.Message(1, notify.Android, s.token("/1")))
	if e := standin.Problem(t, err); e.Problem != push.Prohibited {
		t.Errorf("another port than 443: %v", e)
	}
}

// A host can name the push services that it trusts.
func TestOnlyNamedHosts(t *testing.T) {
	s := newService(t, nil)
	o := s.options()
	o.Hosts = []string{"push.example", "127.0.0.1"}
	n := s.open(o)
	for host, want := range map[string]bool{
		"push.example": true, "EU.Push.example:443": true, "127.0.0.1": true,
		"evilpush.example": false, "push.example.evil": false, "example": false, "127.0.0.10": false,
	} {
		token := strings.Replace(s.token("/1"), s.URL, "https://"+host, 1)
		if err := n.Check(token); (err == nil) != want {
			t.Errorf("%s: %v", host, err)
		}
		if want {
			continue
		}
		standin.Field(t, n.Check(token), "Device.Token.endpoint")
		err := n.Notify(t.Context(), standin.Message(1, notify.Android, token))
		if e := standin.Problem(t, err); e.Problem != push.Prohibited {
			t.Errorf("%s: %v", host, e)
		}
	}
	if err := n.Notify(t.Context(), standin.Message(1, notify.Android, s.token("/1"))); err != nil {
		t.Error(err)
	}
}

// What can be no subscription is dead without being asked for, and is found out where it is handed in.
func TestSubscriptionsAreChecked(t *testing.T) {
	s := newService(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	var book standin.Book
	o := s.options()
	o.Dead = func(_ context.Context, _ session.PersonID, d notify.Device, _ *push.Error) { book.Bury(d.Token) }
	n := s.open(o)
	key, auth := base64url.EncodeToString(s.key.PublicKey().Bytes()), base64url.EncodeToString(s.secret)
	off := s.key.PublicKey().Bytes()
	off[64] ^= 1
	const at = "https://push.example/secret-path"
	for _, c := range []struct{ token, field string }{
		{subscription(at, key, auth), ""},
		{subscription(at, key+"=", strings.NewReplacer("-", "+", "_", "/").Replace(auth)+"=="), ""},
		{`{`, "Device.Token"}, {`{"endpoint":7}`, "Device.Token"},
		{`{"` + strings.Repeat("secret-path", 400) + `":1}`, "Device.Token"},
		{subscription("", key, auth), "Device.Token.endpoint"},
		{subscription("http://push.example/secret-path", key, auth), "Device.Token.endpoint"},
		{subscription("https://u:secret-path@push.example/", key, auth), "Device.Token.endpoint"},
		{subscription("https://push.example:\x00secret-path/", key, auth), "Device.Token.endpoint"},
		{subscription(at, "?", auth), "Device.Token.keys.p256dh"},
		{subscription(at, key[:40], auth), "Device.Token.keys.p256dh"},
		{subscription(at, base64url.EncodeToString(off), auth), "Device.Token.keys.p256dh"},
		{subscription(at, key, "?"), "Device.Token.keys.auth"},
		{subscription(at, key, auth[:8]), "Device.Token.keys.auth"},
	} {
		err := n.Check(c.token)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", c.token, err)
			}
			continue
		}
		standin.Field(t, err, c.field)
		sent := n.Notify(t.Context(), standin.Message(1, notify.Android, c.token))
		if e := standin.Problem(t, sent); e.Problem != push.Gone || len(book.Dead()) != 1 {
			t.Errorf("%s: %v", c.token, e)
		}
		for _, err := range []error{err, sent, standin.Problem(t, sent).Err} {
			if strings.Contains(err.Error(), "secret-path") {
				t.Errorf("the error tells the address: %v", err)
			}
		}
	}
}

// Nor do the errors of what can't be reached.
func TestErrorsHoldNoAddress(t *testing.T) {
	s := newService(t, nil)
	o := s.options()
	o.RootCAs = nil // a certificate that nobody vouches for
	err := s.open(o).Notify(t.Context(), standin.Message(1, notify.Android, s.token("/secret-path")))
	e := standin.Problem(t, err)
	if e.Problem != push.Unreachable || standin.Kind(err) != "again" || strings.Contains(fmt.Sprint(e, e.Err), "secret") {
		t.Errorf("%v: %v", e, e.Err)
	}
}

// Whatever the words, there is room for them.
func TestLongWordsAreShortened(t *testing.T) {
	s := newService(t, nil)
	n := s.open(s.options())
	m := standin.Message(1, notify.Android, s.token("/1"))
	m.Title, m.Body = strings.Repeat("é", 1000), strings.Repeat("👩🏽‍⚕️", 1000)
	if err := n.Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := s.pushes()[0]; got.length != 4096 || len(got.body) > 3993 || len(got.body) < 3970 {
		t.Errorf("%d bytes, encrypted %d", len(got.body), got.length)
	}
	m.Link = "https://sessions.example/" + strings.Repeat("x", 4096)
	if e := standin.Problem(t, n.Notify(t.Context(), m)); e.Problem != push.Unfit {
		t.Errorf("a link that leaves no room: %v", e)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	key := webpush.NewKey()
	const who = "mailto:ops@sessions.example"
	for field, all := range map[string][]webpush.Options{
		"Options.Key": {{Subscriber: who}, {Key: "?", Subscriber: who}, {Key: key[:20], Subscriber: who}},
		"Options.Subscriber": {{Key: key}, {Key: key, Subscriber: "ops@sessions.example"},
			{Key: key, Subscriber: "http://sessions.example"}, {Key: key, Subscriber: "mailto:"}, {Key: key, Subscriber: ":"}},
		"Options.Internal": {{Key: key, Subscriber: who, Internal: make([]netip.Prefix, 1)}},
		"Options.Timeout":  {{Key: key, Subscriber: who, Settings: push.Settings{Timeout: -1}}},
	} {
		for _, o := range all {
			_, err := webpush.New(o)
			standin.Field(t, err, field)
		}
	}
	n, err := webpush.New(webpush.Options{Key: key, Subscriber: who})
	if err != nil {
		t.Fatal(err)
	}
	again, err := webpush.New(webpush.Options{Key: key, Subscriber: who})
	if err != nil || len(n.PublicKey()) != 87 || n.PublicKey() != again.PublicKey() {
		t.Errorf("public keys %q and %q of one private key, %v", n.PublicKey(), again.PublicKey(), err)
	}
}
