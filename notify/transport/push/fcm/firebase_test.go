package fcm_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/fcm"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
)

// privateKey is the service account's.
var privateKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const (
	email   = "pusher@sessions.iam.gserviceaccount.com"
	keyID   = "key-1"
	project = "sessions-1"
)

// The parts of projects.messages.send that may arrive, as Firebase documents them.
type (
	sent struct {
		Token        string            `json:"token"`
		Notification map[string]string `json:"notification"`
		Data         map[string]string `json:"data"`
		Android      *struct {
			Priority     string            `json:"priority"`
			TTL          string            `json:"ttl"`
			Notification map[string]string `json:"notification"`
		} `json:"android"`
		APNs *struct {
			Headers map[string]string `json:"headers"`
		} `json:"apns"`
	}
)

// firebase stands in for Firebase and for Google's token service, and verifies what both would.
type firebase struct {
	*standin.Server
	tb testing.TB

	mu        sync.Mutex
	now       func() time.Time
	issued    map[string]time.Time // access tokens and their ends
	exchanges int
	got       []sent
	raw       [][]byte
	// login and answer take the place of the usual answers; nil or false: as usual.
	login  http.HandlerFunc
	answer func(w http.ResponseWriter, r *http.Request, m sent) bool
}

func newFirebase(tb testing.TB) *firebase {
	tb.Helper()
	f := &firebase{tb: tb, now: time.Now, issued: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.exchange)
	mux.HandleFunc("POST /v1/projects/"+project+"/messages:send", f.send)
	f.Server = standin.Start(tb, mux)
	return f
}

// exchange verifies a signed token (RFC 7523), and gives an access token for it.
func (f *firebase) exchange(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.exchanges++
	if f.login != nil {
		f.login(w, r)
		return
	}
	if g := r.PostFormValue("grant_type"); g != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		f.tb.Errorf("grant_type %q", g)
	}
	claims := struct {
		jwt.RegisteredClaims
		Scope string `json:"scope"`
	}{}
	_, err := jwt.ParseWithClaims(r.PostFormValue("assertion"), &claims, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != keyID || t.Header["typ"] != "JWT" {
			return nil, fmt.Errorf("header %v", t.Header)
		}
		return &privateKey().PublicKey, nil
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(email), jwt.WithAudience(f.URL+"/token"),
		jwt.WithIssuedAt(), jwt.WithExpirationRequired(), jwt.WithTimeFunc(f.now))
	if err != nil || claims.Scope != "https://www.googleapis.com/auth/firebase.messaging" ||
		claims.ExpiresAt.Sub(claims.IssuedAt.Time) > time.Hour {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":"invalid_grant","error_description":%q}`, fmt.Sprint(err))
		return
	}
	token := fmt.Sprintf("ya29.%d", f.exchanges)
	f.issued[token] = f.now().Add(time.Hour)
	fmt.Fprintf(w, `{"access_token":%q,"expires_in":3599,"token_type":"Bearer"}`, token)
}

// send verifies a message, and answers as told.
func (f *firebase) send(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	end, known := f.issued[token]
	good := known && f.now().Before(end)
	f.mu.Unlock()
	if !good {
		refuse(w, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		return
	}
	var body struct {
		Message json.RawMessage `json:"message"`
	}
	var m sent
	strict := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	strict.DisallowUnknownFields()
	err := strict.Decode(&body)
	if err == nil {
		strict = json.NewDecoder(strings.NewReader(string(body.Message)))
		strict.DisallowUnknownFields()
		err = strict.Decode(&m)
	}
	notification, _ := json.Marshal(m.Notification)
	data, _ := json.Marshal(m.Data)
	if err != nil || m.Token == "" || len(notification)+len(data) > 4096 || m.Data["from"] != "" {
		f.tb.Errorf("not what Firebase takes: %v: %.300s", err, body.Message)
		refuse(w, http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
		return
	}
	if f.answer != nil && f.answer(w, r, m) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got, f.raw = append(f.got, m), append(f.raw, body.Message)
	fmt.Fprintf(w, `{"name":"projects/%s/messages/%d"}`, project, len(f.got))
}

func (f *firebase) messages() []sent {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.got
}

// refuse answers with an error as Firebase spells it; code: its own word, blank: none.
func refuse(w http.ResponseWriter, status int, word, code string) {
	details := ""
	if code != "" {
		details = fmt.Sprintf(`{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":%q}`, code)
	}
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%d,"message":"in words","status":%q,"details":[%s]}}`, status, word, details)
}

// account is the file of a service account that gets its tokens from the stand-in.
func account(tokenURL string) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(privateKey())
	if err != nil {
		panic(err)
	}
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": project, "client_email": email, "private_key_id": keyID,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": tokenURL,
	})
	if err != nil {
		panic(err)
	}
	return file
}

// options are those with which the stand-in is reached.
func (f *firebase) options() fcm.Options {
	return fcm.Options{
		ServiceAccount: account(f.URL + "/token"), Endpoint: f.URL, RootCAs: f.Roots(),
		Settings: push.Settings{Now: f.now, Timeout: 10 * time.Second},
	}
}

func open(tb testing.TB, o fcm.Options) *fcm.Notifier {
	tb.Helper()
	n, err := fcm.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = n.Close() })
	return n
}
