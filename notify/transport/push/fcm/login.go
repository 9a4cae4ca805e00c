package fcm

import (
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sessional-go/sessional/notify/transport/guard"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
	"github.com/sessional-go/sessional/session"
)

// scope is what an access token is asked for.
const scope = "https://www.googleapis.com/auth/firebase.messaging"

// early is how long before its end an access token is replaced.
const early = 5 * time.Minute

// login brings access tokens.
type login interface {
	// token returns one that should be good.
	token(ctx context.Context) (string, *push.Error)
	// forget is told of one that isn't, and says whether there can be another at once.
	forget(token string) bool
}

// given is a login of the host's own.
type given func(ctx context.Context) (string, error)

func (g given) token(ctx context.Context) (string, *push.Error) {
	token, err := g(ctx)
	if err != nil {
		return "", &push.Error{Problem: push.Unreachable, Err: err}
	}
	return token, nil
}

func (g given) forget(string) bool { return false }

// account is a service account's key.
type account struct {
	Project  string `json:"project_id"`
	Email    string `json:"client_email"`
	KeyID    string `json:"private_key_id"`
	PEM      string `json:"private_key"`
	TokenURL string `json:"token_uri"`
	key      *rsa.PrivateKey
}

// parse reads the file of a service account. No error holds any of it.
func parse(file []byte) (account, error) {
	wrong := func(problem string) (account, error) {
		return account{}, &session.FieldError{Field: "Options.ServiceAccount", Problem: problem}
	}
	var a account
	if err := json.Unmarshal(file, &a); err != nil {
		return wrong("is no JSON")
	}
	var err error
	if a.key, err = jwt.ParseRSAPrivateKeyFromPEM([]byte(a.PEM)); err != nil {
		return wrong("holds no private_key of RSA in PEM")
	}
	a.TokenURL = cmp.Or(a.TokenURL, "https://oauth2.googleapis.com/token")
	switch {
	case a.Email == "":
		return wrong("holds no client_email")
	case guard.Address(a.TokenURL, false) != "":
		return wrong("holds a token_uri that is no address with https")
	}
	return a, nil
}

// exchange gets access tokens for tokens that it signs itself, one at a time.
type exchange struct {
	account account
	client  *http.Client
	now     func() time.Time
	// turn holds the current token; whoever has taken it out may replace it.
	turn chan access
}

// access is an access token.
type access struct {
	token string
	until time.Time
}

func newExchange(a account, client *http.Client, now func() time.Time) *exchange {
	x := &exchange{account: a, client: client, now: now, turn: make(chan access, 1)}
	x.turn <- access{}
	return x
}

func (x *exchange) token(ctx context.Context) (string, *push.Error) {
	select {
	case <-ctx.Done():
		return "", &push.Error{Problem: push.Unreachable, Err: ctx.Err()}
	case a := <-x.turn:
		defer func() { x.turn <- a }()
		if a.token != "" && x.now().Before(a.until) {
			return a.token, nil
		}
		fresh, e := x.fetch(ctx)
		if e != nil {
			return "", e
		}
		a = fresh
		return a.token, nil
	}
}

func (x *exchange) forget(token string) bool {
	a := <-x.turn
	if a.token == token {
		a = access{}
	}
	x.turn <- a
	return true
}

// fetch exchanges a signed token for an access token (RFC 7523). Whatever happens, no push has been sent.
func (x *exchange) fetch(ctx context.Context) (access, *push.Error) {
	now := x.now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": x.account.Email, "scope": scope, "aud": x.account.TokenURL, "iat": now.Unix(),
		"exp": now.Add(time.Hour).Unix(),
	})
	if x.account.KeyID != "" {
		t.Header["kid"] = x.account.KeyID
	}
	signed, err := t.SignedString(x.account.key)
	if err != nil {
		return access{}, &push.Error{Problem: push.Refused, Err: err}
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, x.account.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return access{}, &push.Error{Problem: push.Refused, Err: err}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, e := service.Ask(x.client, r)
	if e != nil {
		e.Problem = push.Unreachable
		return access{}, e
	}
	var said struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
		Error   string `json:"error"`
	}
	err = json.Unmarshal(answer.Body, &said)
	switch {
	case !answer.OK():
		return access{}, answer.Plain(said.Error, now)
	case err != nil || said.Token == "":
		return access{}, answer.Plain("no access token", now)
	}
	return access{said.Token, now.Add(time.Duration(said.Seconds)*time.Second - early)}, nil
}
