package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/holdfast-edge/holdfast/sinks"
)

// saidMax is how much of an answer an error quotes.
const saidMax = 200

// Refusal is what a status means for the records of the request (RFC 9110 §15):
//
//	2xx                      nil
//	400 413 415 422          refused for good; 413 since a part of it may be taken
//	429 503 with Retry-After leave it alone for so long
//	anything else            it may pass: rights and addresses can be mended
func Refusal(status int, header http.Header, said []byte) error {
	if status >= 200 && status < 300 {
		return nil
	}
	err := &Answer{Status: status, said: quoted(said)}
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return &sinks.Failure{Permanent: true, Err: err}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if after := retryAfter(header.Get("Retry-After"), time.Now()); after > 0 {
			return &sinks.Failure{Err: err, After: after}
		}
	}
	return err
}

// Answer is an answer of a server that is no success.
type Answer struct {
	Status int
	said   string
}

// Error tells the status, and the beginning of what the server said.
func (a *Answer) Error() string {
	return fmt.Sprintf("the server answers %d %s%s", a.Status, http.StatusText(a.Status), a.said)
}

// Opening is what an answer to the question at an opening means: refused
// credentials are permanent, any other answer tells that the server is there.
func Opening(err error) error {
	a, answered := errors.AsType[*Answer](err)
	switch {
	case !answered:
		return err
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return &sinks.Failure{Permanent: true, Err: err}
	default:
		return nil
	}
}

// quoted is the beginning of what a server said, on one line.
func quoted(said []byte) string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(said), "�"))
	text = strings.TrimSpace(text)
	if len(text) > saidMax {
		text = strings.ToValidUTF8(text[:saidMax], "") + "…"
	}
	if text == "" {
		return ""
	}
	return ": " + text
}

// retryAfter reads seconds or a date (RFC 9110 §10.2.3).
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 86400)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
