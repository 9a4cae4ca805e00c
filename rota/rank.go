package rota

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/sessional-go/sessional/session"
)

// Candidate is somebody to choose from (A5).
type Candidate struct {
	Application Application
	Clinician   ClinicianFacts
}

// Score says how well a candidate suits a session by the provider's own factors: more is better (A5). It is the
// host's. It must not change what it is given, and should depend on nothing else.
type Score func(s session.Session, c Candidate) float64

// Ranked is a candidate with their score.
type Ranked struct {
	Candidate
	// Score is always finite: what is beyond any number counts as the greatest or the least there is, and what is
	// no number as the least.
	Score float64
}

// Rank orders candidates by their score, the highest first; ties are resolved by the time of application, and after
// that by its id, so that the order is always the same (A5). Without a scoring function it is the order of
// application. The candidates given stay as they are.
func Rank(s session.Session, candidates []Candidate, score Score) []Ranked {
	ranked := make([]Ranked, 0, len(candidates))
	for _, c := range candidates {
		r := Ranked{Candidate: c}
		if score != nil {
			r.Score = finite(score(s, c))
		}
		ranked = append(ranked, r)
	}
	slices.SortStableFunc(ranked, func(a, b Ranked) int {
		if n := cmp.Compare(b.Score, a.Score); n != 0 {
			return n
		}
		if n := a.Application.Applied.Compare(b.Application.Applied); n != 0 {
			return n
		}
		return strings.Compare(string(a.Application.ID), string(b.Application.ID))
	})
	return ranked
}

// finite makes a number of what a scoring function returns.
func finite(x float64) float64 {
	if math.IsNaN(x) {
		return -math.MaxFloat64
	}
	return min(max(x, -math.MaxFloat64), math.MaxFloat64)
}
