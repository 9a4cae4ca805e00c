package apns_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/apns"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
)

const (
	keyID  = "ABC123DEFG"
	teamID = "DEF123GHIJ"
	bundle = "org.example.sessions"
	device = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
)

var privateKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

// p8 is a key as Apple gives it.
func p8(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// received is a push that was taken.
type received struct {
	device, body string
	header       http.Header
}

// apple stands in for Apple's service, and verifies what it would.
type apple struct {
	*standin.Server
	tb testing.TB

	mu     sync.Mutex
	now    func() time.Time
	tokens []string // provider tokens, as they came first
	asked  int
	got    []received
	// answer takes the place of the usual one; false: as usual.
	answer func(w http.ResponseWriter, r *http.Request) bool
}

func newApple(tb testing.TB) *apple {
	tb.Helper()
	a := &apple{tb: tb, now: time.Now}
	a.Server = standin.Start(tb, a)
	return a
}

// reason answers with an error as Apple spells it.
func reason(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"reason":%q}`, why)
}

// authorised verifies a provider token, and returns what is wrong with it.
func (a *apple) authorised(header string) (wrong string) {
	token, ok := strings.CutPrefix(header, "bearer ")
	if !ok {
		return "MissingProviderToken"
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != keyID {
			return nil, fmt.Errorf("header %v", t.Header)
		}
		return &privateKey().PublicKey, nil
	}, jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer(teamID), jwt.WithTimeFunc(a.now))
	switch {
	case err != nil || claims.IssuedAt == nil:
		return "InvalidProviderToken"
	case a.now().Sub(claims.IssuedAt.Time) > time.Hour, a.now().Before(claims.IssuedAt.Add(-time.Minute)):
		return "ExpiredProviderToken"
	}
	if n := len(a.tokens); n == 0 || a.tokens[n-1] != token {
		a.tokens = append(a.tokens, token)
	}
	return ""
}

var path = regexp.MustCompile(`^/3/device/([0-9a-f]+)$`)

// ServeHTTP verifies a push, and answers as told.
func (a *apple) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	a.mu.Lock()
	a.asked++
	wrong := a.authorised(r.Header.Get("Authorization"))
	a.mu.Unlock()
	to := path.FindStringSubmatch(r.URL.Path)
	h := r.Header
	expires, _ := strconv.ParseInt(h.Get("apns-expiration"), 10, 64)
	switch {
	case r.ProtoMajor != 2 || r.TLS == nil:
		a.tb.Errorf("%s, which Apple does not speak", r.Proto)
	case wrong != "":
		reason(w, http.StatusForbidden, wrong)
		return
	case to == nil || r.Method != http.MethodPost:
		a.tb.Errorf("%s %s", r.Method, r.URL.Path)
		reason(w, http.StatusNotFound, "BadPath")
		return
	case h.Get("apns-topic") != bundle, h.Get("apns-push-type") != "alert", len(h.Get("apns-collapse-id")) > 64,
		!slices.Contains([]string{"5", "10"}, h.Get("apns-priority")), expires <= a.now().Unix():
		a.tb.Errorf("headers that Apple refuses: %v", h)
	case len(body) > 4096:
		reason(w, http.StatusRequestEntityTooLarge, "PayloadTooLarge")
		return
	case !json.Valid(body):
		a.tb.Errorf("no JSON: %s", body)
	}
	if a.answer != nil && a.answer(w, r) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, received{to[1], string(body), h})
	w.Header().Set("apns-id", h.Get("apns-id"))
}

func (a *apple) pushes() []received {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.got
}

// options are those with which the stand-in is reached.
func (a *apple) options() apns.Options {
	return apns.Options{
		Key: p8(privateKey()), KeyID: keyID, TeamID: teamID, Topic: bundle, Endpoint: a.URL, RootCAs: a.Roots(),
		Settings: push.Settings{Now: a.now, Timeout: 10 * time.Second},
	}
}

func open(tb testing.TB, o apns.Options) *apns.Notifier {
	tb.Helper()
	n, err := apns.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = n.Close() })
	return n
}
