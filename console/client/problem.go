package client

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"
)

// maxProblem bounds an answer that tells of an error.
const maxProblem = 1 << 20

// Problem is an answer of a node that says why it did not do what it was asked
// (RFC 9457).
type Problem struct {
	URL    string `json:"-"` // of the node
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
	} `json:"errors"`
	Body []byte `json:"-"` // all of the answer, for what is particular to it
}

// Error says what the node said.
func (p *Problem) Error() string {
	said := p.Detail
	if said == "" {
		said = p.Title
	}
	for _, e := range p.Errors {
		said += "; " + e.Location + ": " + e.Message
	}
	switch p.Status {
	case http.StatusUnauthorized:
		return p.URL + ": not logged in: set HOLDFAST_TOKEN, or HOLDFAST_PASSWORD of the user admin, or name a file of it (--token-file, --password-file)"
	case http.StatusNotFound:
		return fmt.Sprintf("%s: %s", p.URL, said)
	}
	return fmt.Sprintf("%s answers %d: %s", p.URL, p.Status, said)
}

// problem reads an answer that is an error.
func (c *Client) problem(answer *http.Response) error {
	defer answer.Body.Close()
	p := &Problem{URL: c.base.String(), Status: answer.StatusCode, Title: http.StatusText(answer.StatusCode)}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxProblem))
	if err == nil && json.Unmarshal(text, p) == nil {
		p.Body = text
	}
	p.Status = answer.StatusCode
	return p
}

// explain says why there was no answer, and what to do about it.
func (c *Client) explain(ctx context.Context, err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // the address stands before it already
	}
	if ctx.Err() != nil {
		return fmt.Errorf("ask %s: %w", c.base, ctx.Err())
	}
	return fmt.Errorf("ask %s: %w%s", c.base, err, c.remedy(err))
}

// remedy is what to do about an error, as the end of a sentence.
func (c *Client) remedy(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "; trust it with --ca FILE, or pin it with --fingerprint, once you know that it is the node's"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "; use a name that the certificate has"
	}
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return "; try http://" + c.base.Host
	case errors.Is(err, errOtherCertificate):
		return "; pin that one, if it was renewed"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "; is the node running, and listening there? Name its address with --url or HOLDFAST_URL"
	}
	return ""
}
