package ics

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/sessional-go/sessional/notify/transport/internal/signed"
	"github.com/sessional-go/sessional/session"
)

// ErrNoFeed is wrapped by the error of Tokens for a token that opens nothing: it was never issued, or is revoked.
var ErrNoFeed = errors.New("ics: this token opens no feed")

// Tokens says who the owner of a feed is. SignedTokens is one that keeps nothing; a host may bring its own, for example
// a table of random texts.
//
// Owner returns the actor in whose name the feed is read, ErrNoFeed or an error that wraps it for a token that opens
// nothing, and any other error where nobody can say now. It is asked at every request, so that what is revoked ends at
// once. Where it compares secrets it takes the same time whether or not they agree.
type Tokens interface {
	Owner(ctx context.Context, token string) (session.Actor, error)
}

// SignedTokens are Tokens that hold their owner, signed with the host's key, and a generation. Whoever has one can read
// the owner's ids in it, but make no other.
type SignedTokens struct {
	// Keys are secrets of at least 32 bytes. The first one signs, all are accepted: a new one is put in front, and
	// taking the old one away ends everything it signed. Required.
	Keys [][]byte
	// Generation is a number that the host keeps for an owner. A token holds the one of its issue, and is good for as
	// long as it is the owner's: counting it up revokes all that were issued before. Required.
	Generation func(ctx context.Context, owner session.Actor) (int64, error)
}

var _ Tokens = SignedTokens{}

// purpose keeps these tokens apart from others that the same keys sign.
const purpose = "sessional ics feed 1"

// Issue returns the token that opens an owner's feed now: the same one until the generation or the key changes. It is a
// secret that belongs into an address, and nowhere else. The error is a *session.FieldError for keys that are missing
// or short and for an actor that is incomplete, and what Generation returned.
func (s SignedTokens) Issue(ctx context.Context, owner session.Actor) (string, error) {
	if err := s.check(); err != nil {
		return "", err
	}
	if err := owner.Validate(); err != nil {
		return "", err
	}
	generation, err := s.Generation(ctx, owner)
	if err != nil {
		return "", err
	}
	capacity := owner.Capacity.String()
	return signed.Keys(s.Keys).Sign(purpose, strconv.FormatInt(generation, 10), capacity, string(owner.Person),
		string(owner.Provider), string(owner.Practice), string(owner.Clinician)), nil
}

// Owner returns the owner of a token that is good. The generation is asked for only where the signature is.
func (s SignedTokens) Owner(ctx context.Context, token string) (session.Actor, error) {
	if err := s.check(); err != nil {
		return session.Actor{}, err
	}
	parts, err := signed.Keys(s.Keys).Open(purpose, token)
	if err != nil || len(parts) != 6 {
		return session.Actor{}, ErrNoFeed
	}
	owner := session.Actor{
		Person: session.PersonID(parts[2]), Provider: session.ProviderID(parts[3]),
		Practice: session.PracticeID(parts[4]), Clinician: session.ClinicianID(parts[5]),
	}
	if err := owner.Capacity.UnmarshalText([]byte(parts[1])); err != nil {
		return session.Actor{}, fmt.Errorf("%w: %w", ErrNoFeed, err)
	}
	current, err := s.Generation(ctx, owner)
	switch {
	case err != nil:
		return session.Actor{}, err
	case parts[0] != strconv.FormatInt(current, 10):
		return session.Actor{}, ErrNoFeed
	}
	return owner, nil
}

func (s SignedTokens) check() error {
	if s.Generation == nil {
		return &session.FieldError{Field: "SignedTokens.Generation", Problem: "is missing"}
	}
	return signed.Keys(s.Keys).Check("SignedTokens.Keys")
}
