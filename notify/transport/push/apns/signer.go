package apns

import (
	"crypto/ecdsa"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// How long a provider token is used, and how soon there may be another one.
const (
	longest  = 50 * time.Minute
	shortest = 20 * time.Minute
)

// signer makes provider tokens, and keeps the one in use.
type signer struct {
	key           *ecdsa.PrivateKey
	keyID, teamID string
	now           func() time.Time

	mu      sync.Mutex
	current string
	since   time.Time
	old     bool
}

// token returns the provider token in use.
func (s *signer) token() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.current != "" && !s.old && now.Sub(s.since) < longest {
		return s.current, nil
	}
	t := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": s.teamID, "iat": now.Unix()})
	t.Header["kid"] = s.keyID
	signed, err := t.SignedString(s.key)
	if err != nil {
		return "", err
	}
	s.current, s.since, s.old = signed, now, false
	return signed, nil
}

// forget is told of a token that has expired, and says whether another one may be used at once: Apple refuses those who
// change theirs too often.
func (s *signer) forget(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != token {
		return true
	}
	s.old = s.now().Sub(s.since) >= shortest
	return s.old
}
