package mail_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify/transport/mail"
)

// What a server does instead of answering.
const (
	hangUp = "hang up"
	reset  = "reset" // hangs up so that what the client sends next fails
	silent = "silent"
)

// server is a mail server on the loopback interface that does what a test tells it to.
type server struct {
	t        *testing.T
	listener net.Listener
	tls      *tls.Config
	implicit bool
	// offers are the extensions it names, beside STARTTLS.
	offers []string
	// starttls says whether it offers STARTTLS.
	starttls bool
	// stall keeps it from reading mails until it is closed; nil: it reads.
	stall chan struct{}

	mu sync.Mutex
	// answers hold what it says next to a verb, in place of the usual. "CONNECT" is the greeting, "BODY" is amid the
	// mail, "." after it.
	answers map[string][]string
	mails   []received
	seen    []string // verbs, of all connections
	logins  []string
	conns   map[net.Conn]bool
	opened  int
}

// received is a mail that the server took over.
type received struct {
	from, to string
	body     []byte
	secure   bool
}

// certificate is for 127.0.0.1, signed by itself.
var certificate = sync.OnceValues(func() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	is := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example.org"}, IPAddresses: []net.IP{net.IPv4(127,
			0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, is, is, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
})

func ownCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	c, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newServer(t *testing.T, change ...func(*server)) *server {
	t.Helper()
	s := &server{t: t, starttls: true, answers: map[string][]string{}, conns: map[net.Conn]bool{}}
	s.tls = &tls.Config{Certificates: []tls.Certificate{ownCertificate(t)}, MinVersion: tls.VersionTLS12}
	for _, c := range change {
		c(s)
	}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := s.listener.Accept()
			if err != nil {
				return
			}
			_ = c.(*net.TCPConn).SetReadBuffer(16 << 10) // less than a large mail
			s.mu.Lock()
			s.conns[c] = true
			s.opened++
			s.mu.Unlock()
			running.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = s.listener.Close()
		s.hangUp()
		running.Wait()
	})
	return s
}

// hangUp ends all connections.
func (s *server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

// says tells the server what to say next to a verb.
func (s *server) says(verb string, answers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[verb] = append(s.answers[verb], answers...)
}

func (s *server) answer(verb, usual string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, verb)
	if next := s.answers[verb]; len(next) > 0 {
		s.answers[verb] = next[1:]
		return next[0]
	}
	return usual
}

func (s *server) got() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

func (s *server) verbs() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.seen, " ")
}

// count is how often it has seen a verb.
func (s *server) count(verb string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, seen := range s.seen {
		if seen == verb {
			n++
		}
	}
	return n
}

func (s *server) connections() (opened, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, len(s.conns)
}

// ended waits until every connection is over.
func (s *server) ended(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, open := s.connections(); open == 0 {
			return
		}
	}
	t.Error("a connection is left open")
}

// options are those of a sender that talks to the server.
func (s *server) options() mail.Options {
	roots := x509.NewCertPool()
	roots.AddCert(s.tls.Certificates[0].Leaf)
	return mail.Options{
		Host: "127.0.0.1", Port: s.listener.Addr().(*net.TCPAddr).Port, From: "Leeds Surgery <rota@example.org>",
		TLSConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, Hello: "client.test",
		Timeout: 20 * time.Second, Now: func() time.Time { return time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC) },
	}
}

var errOver = errors.New("the conversation is over")

// talk is one conversation.
type talk struct {
	*server
	c    net.Conn
	r    *bufio.Reader
	mail received
}

func (s *server) serve(c net.Conn) {
	defer func() {
		_ = c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	k := &talk{server: s, c: c}
	if s.implicit {
		k.secure()
	}
	k.r = bufio.NewReader(k.c)
	if k.say("CONNECT", "220 server.test ready") != nil {
		return
	}
	for {
		line, err := k.r.ReadString('\n')
		if err != nil || k.command(strings.TrimRight(line, "\r\n")) != nil {
			return
		}
	}
}

func (k *talk) secure() {
	k.c = tls.Server(k.c, k.tls)
	k.mail.secure = true
}

// say answers a verb, or does what it is told instead.
func (k *talk) say(verb, usual string) error {
	switch text := k.answer(verb, usual); text {
	case hangUp:
		return errOver
	case reset:
		raw := k.c
		if encrypted, ok := raw.(*tls.Conn); ok {
			raw = encrypted.NetConn()
		}
		_ = raw.(*net.TCPConn).SetLinger(0)
		return errOver
	case silent:
		_, _ = io.Copy(io.Discard, k.r)
		return errOver
	default:
		_, err := io.WriteString(k.c, strings.ReplaceAll(text, "\n", "\r\n")+"\r\n")
		if strings.HasPrefix(text, "221") || strings.HasPrefix(text, "421") {
			return errOver
		}
		return err
	}
}

func (k *talk) command(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb = strings.ToUpper(verb); verb {
	case "EHLO":
		lines := append([]string{"server.test"}, k.offers...)
		if k.starttls && !k.mail.secure {
			lines = append(lines, "STARTTLS")
		}
		return k.say(verb, "250-"+strings.Join(lines[:len(lines)-1], "\n250-")+"\n250 "+lines[len(lines)-1])
	case "STARTTLS":
		if err := k.say(verb, "220 go ahead"); err != nil {
			return err
		}
		k.secure()
		k.r = bufio.NewReader(k.c)
		return nil
	case "AUTH":
		return k.login(rest)
	case "MAIL":
		k.mail.from = rest
		return k.say(verb, "250 2.1.0 fine")
	case "RCPT":
		k.mail.to = rest
		return k.say(verb, "250 2.1.5 fine")
	case "DATA":
		return k.data()
	case "QUIT":
		return k.say(verb, "221 2.0.0 goodbye")
	}
	return k.say(verb, "250 2.0.0 fine")
}

func (k *talk) login(rest string) error {
	mechanism, initial, _ := strings.Cut(rest, " ")
	said := []string{mechanism, decode(initial)}
	if mechanism == "LOGIN" {
		for _, question := range []string{"Username:", "Password:"} {
			_, _ = io.WriteString(k.c, "334 "+base64.StdEncoding.EncodeToString([]byte(question))+"\r\n")
			line, err := k.r.ReadString('\n')
			if err != nil {
				return err
			}
			said = append(said, decode(strings.TrimSpace(line)))
		}
	}
	k.mu.Lock()
	k.logins = append(k.logins, strings.Join(said, "|"))
	k.mu.Unlock()
	return k.say("AUTH", "235 2.7.0 welcome")
}

func decode(text string) string {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "not base64: " + text
	}
	return string(b)
}

func (k *talk) data() error {
	text := k.answer("DATA", "354 go ahead")
	if text == hangUp || text == reset || text == silent || !strings.HasPrefix(text, "354") {
		k.says("DATA once more", text)
		return k.say("DATA once more", "")
	}
	if _, err := io.WriteString(k.c, text+"\r\n"); err != nil {
		return err
	}
	if what := k.answer("BODY", ""); what != "" {
		_, _ = io.CopyN(io.Discard, k.r, 1024)
		k.says("BODY once more", what)
		return k.say("BODY once more", "")
	}
	if k.stall != nil {
		<-k.stall
	}
	var body bytes.Buffer
	for {
		line, err := k.r.ReadString('\n')
		if err != nil {
			return err
		}
		if line == ".\r\n" {
			break
		}
		body.WriteString(strings.TrimPrefix(line, "."))
	}
	k.mail.body = body.Bytes()
	// What answer it gives is another matter than whether it took the mail.
	k.mu.Lock()
	refuses := len(k.answers["."]) > 0 && (k.answers["."][0][0] == '4' || k.answers["."][0][0] == '5')
	if !refuses {
		k.mails = append(k.mails, k.mail)
	}
	k.mu.Unlock()
	return k.say(".", "250 2.0.0 taken over")
}

func newSender(t *testing.T, o mail.Options) *mail.Sender {
	t.Helper()
	sender, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sender.Close(); err != nil {
			t.Error(err)
		}
	})
	return sender
}

// until is a context that is cancelled a while after the server has seen a verb.
func (s *server) until(t *testing.T, verb string, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		await(t, "the server sees "+verb, func() bool { return s.count(verb) > 0 })
		time.Sleep(d)
	}()
	return ctx
}

func soon(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
