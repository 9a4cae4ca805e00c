package webpush_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
	"github.com/sessional-go/sessional/notify/transport/push/webpush"
)

var (
	base64url = base64.RawURLEncoding
	loopback  = netip.MustParsePrefix("127.0.0.1/32")
)

// received is a push that a browser got.
type received struct {
	body   string
	header http.Header
	length int
}

// service stands in for a browser's push service and for the browser itself: it verifies the signature and the headers,
// and decrypts.
type service struct {
	*standin.Server
	tb     testing.TB
	key    *ecdh.PrivateKey
	secret []byte
	public string // the host's, as the page subscribed with it

	mu     sync.Mutex
	got    []received
	answer http.HandlerFunc
}

func newService(tb testing.TB, answer http.HandlerFunc) *service {
	tb.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	s := &service{tb: tb, key: key, secret: make([]byte, 16), answer: answer}
	_, _ = rand.Read(s.secret)
	s.Server = standin.Start(tb, s)
	return s
}

// token is the browser's subscription, with some path.
func (s *service) token(path string) string {
	return subscription(s.URL+path, base64url.EncodeToString(s.key.PublicKey().Bytes()),
		base64url.EncodeToString(s.secret))
}

// subscription is what JSON.stringify makes of one.
func subscription(endpoint, p256dh, auth string) string {
	text, err := json.Marshal(map[string]any{
		"endpoint": endpoint, "expirationTime": nil, "keys": map[string]string{"p256dh": p256dh, "auth": auth},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// options are those with which the stand-in is reached.
func (s *service) options() webpush.Options {
	return webpush.Options{
		Key: webpush.NewKey(), Subscriber: "mailto:ops@sessions.example", RootCAs: s.Roots(), Ports: []uint16{s.Port()},
		Internal: []netip.Prefix{loopback}, Settings: push.Settings{Timeout: 10 * time.Second},
	}
}

func (s *service) open(o webpush.Options) *webpush.Notifier {
	s.tb.Helper()
	n, err := webpush.New(o)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.tb.Cleanup(func() { _ = n.Close() })
	s.public = n.PublicKey()
	return n
}

func (s *service) pushes() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// ServeHTTP verifies a push, and answers as told.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.answer != nil {
		s.answer(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if err := s.authorised(r.Header.Get("Authorization")); err != nil {
		s.tb.Errorf("RFC 8292: %v", err)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if err := headers(r.Header); err != nil {
		s.tb.Errorf("RFC 8030: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	text, err := s.decrypt(body)
	if err != nil {
		s.tb.Errorf("RFC 8291: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, received{string(text), r.Header, len(body)})
	w.WriteHeader(http.StatusCreated)
}

// authorised verifies who sends (RFC 8292).
func (s *service) authorised(header string) error {
	parts := regexp.MustCompile(`^vapid t=([^,]+), k=([^,]+)$`).FindStringSubmatch(header)
	if parts == nil || parts[2] != s.public {
		return fmt.Errorf("authorization %q", header)
	}
	point, err := base64url.DecodeString(parts[2])
	if err != nil {
		return fmt.Errorf("key %q: %w", parts[2], err)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return fmt.Errorf("key %q: %w", parts[2], err)
	}
	var claims jwt.RegisteredClaims
	_, err = jwt.ParseWithClaims(parts[1], &claims, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(s.URL), jwt.WithExpirationRequired(),
		jwt.WithSubject("mailto:ops@sessions.example"))
	if err == nil && time.Until(claims.ExpiresAt.Time) > 24*time.Hour {
		err = errors.New("it is good for more than a day")
	}
	return err
}

// headers verifies those of RFC 8030.
func headers(h http.Header) error {
	ttl, err := strconv.Atoi(h.Get("TTL"))
	switch {
	case err != nil || ttl < 0:
		return fmt.Errorf("TTL %q", h.Get("TTL"))
	case !regexp.MustCompile(`^[\w-]{1,32}$`).MatchString(h.Get("Topic")):
		return fmt.Errorf("topic %q", h.Get("Topic"))
	case !slices.Contains([]string{"very-low", "low", "normal", "high"}, h.Get("Urgency")):
		return fmt.Errorf("urgency %q", h.Get("Urgency"))
	case h.Get("Content-Encoding") != "aes128gcm":
		return fmt.Errorf("content-encoding %q", h.Get("Content-Encoding"))
	}
	return nil
}

// decrypt does what a browser does with one record (RFC 8188, RFC 8291).
func (s *service) decrypt(body []byte) ([]byte, error) {
	if len(body) < 86 || len(body) > 4096 || body[20] != 65 {
		return nil, fmt.Errorf("a body of %d bytes", len(body))
	}
	salt, size, point, sealed := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:86], body[86:]
	if len(sealed) > int(size) {
		return nil, fmt.Errorf("more than one record: %d, %d", len(sealed), size)
	}
	sender, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, err
	}
	shared, err := s.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(s.key.PublicKey().Bytes()) + string(point)
	ikm, err := hkdf.Key(sha256.New, shared, s.secret, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	padded, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	text, found := strings.CutSuffix(strings.TrimRight(string(padded), "\x00"), "\x02")
	if !found {
		return nil, errors.New("the padding has no end")
	}
	return []byte(text), nil
}
