package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer bounds an answer that is decoded as a whole.
const maxAnswer = 64 << 20

// Get decodes the JSON that the node answers to GET path. A nil query means
// none.
func (c *Client) Get(ctx context.Context, path string, query url.Values, into any) error {
	answer, err := c.Open(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	return c.decode(answer, path, into)
}

// Send sends in as JSON and decodes the answer into into, unless that is nil.
func (c *Client) Send(ctx context.Context, method, path string, in, into any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode what to send to %s: %w", path, err)
	}
	answer, err := c.Open(ctx, method, path, nil, text)
	if err != nil {
		return err
	}
	return c.decode(answer, path, into)
}

// Upload posts octets that are no JSON and decodes the answer into into.
func (c *Client) Upload(ctx context.Context, path string, query url.Values, octets []byte, into any) error {
	r, err := c.request(ctx, http.MethodPost, path, query, octets)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	answer, err := c.carry(ctx, r)
	if err != nil {
		return err
	}
	return c.decode(answer, path, into)
}

// Open makes a request and returns the answer to it, whose body the caller
// closes: for what is read as it comes. An answer beyond status 299 is an error,
// a *Problem. A body, where there is one, is JSON.
func (c *Client) Open(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Response, error) {
	r, err := c.request(ctx, method, path, query, body)
	if err != nil {
		return nil, err
	}
	return c.carry(ctx, r)
}

// carry makes a request; an answer beyond status 299 is an error.
func (c *Client) carry(ctx context.Context, r *http.Request) (*http.Response, error) {
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	if answer.StatusCode > 299 {
		return nil, c.problem(answer)
	}
	return answer, nil
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Request, error) {
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", c.base, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	switch o := c.options; {
	case o.Token != "":
		r.Header.Set("Authorization", "Bearer "+o.Token)
	case o.Password != "":
		r.SetBasicAuth(o.User, o.Password)
	}
	return r, nil
}

func (c *Client) decode(answer *http.Response, path string, into any) error {
	defer answer.Body.Close()
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(into); err != nil {
		return fmt.Errorf("read the answer of %s to %s: %w: is it a node?", c.base, path, err)
	}
	return nil
}
