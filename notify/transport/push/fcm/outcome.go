package fcm

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
)

// thirdParty is the word for credentials of Apple's or of a browser's that Firebase lacks: a new access token is no
// help.
const thirdParty = "THIRD_PARTY_AUTH_ERROR"

// status is google.rpc.Status, as far as it is read.
type status struct {
	Error struct {
		Status  string `json:"status"`
		Message string `json:"message"`
		Details []struct {
			// ErrorCode is Firebase's own word, more exact than Status.
			ErrorCode  string `json:"errorCode"`
			Violations []struct {
				Field string `json:"field"`
			} `json:"fieldViolations"`
		} `json:"details"`
	} `json:"error"`
}

// judge makes the Error of an answer that isn't 2xx.
func judge(a service.Answer, now time.Time) *push.Error {
	var said status
	_ = json.Unmarshal(a.Body, &said) // what is no JSON has no reason
	// Firebase says either which field is wrong or, as in its own example, only this sentence.
	code, aboutToken := "", strings.Contains(said.Error.Message, "not a valid FCM registration token")
	for _, d := range said.Error.Details {
		if d.ErrorCode != "" {
			code = d.ErrorCode
		}
		for _, v := range d.Violations {
			aboutToken = aboutToken || v.Field == "message.token"
		}
	}
	reason := code
	if reason == "" {
		reason = said.Error.Status
	}
	e := a.Plain(reason, now)
	switch {
	case code == "UNREGISTERED":
		e.Problem = push.Gone
	case code == "SENDER_ID_MISMATCH":
		e.Problem = push.Foreign
	case a.Status == http.StatusBadRequest && aboutToken:
		e.Problem = push.Gone
	case a.Status == http.StatusBadRequest && reason == "INVALID_ARGUMENT":
		e.Problem = push.Unfit
	}
	if a.Status == http.StatusTooManyRequests && e.Wait == 0 {
		e.Wait = time.Minute // as Firebase asks for
	}
	return e
}
