package opcua

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
	"github.com/holdfast-edge/holdfast/tag"
)

// nonceLength is the least that the standard allows (OPC 10000-4 §5.6.2).
const nonceLength = 32

// enter creates a session on a channel, logs in, and asks for what a session has to know of its server.
func (d *dialler) enter(ctx context.Context, c *channel.Channel) (*session, error) {
	created, err := d.create(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("create a session: %w", err)
	}
	if err := d.activate(ctx, c, created); err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	s := newSession(c, created.AuthenticationToken, d.options, d.endpoint.Logger)
	if err := s.learn(ctx); err != nil {
		return nil, fmt.Errorf("ask the server what it can do: %w", err)
	}
	revised := time.Duration(created.RevisedSessionTimeout) * time.Millisecond
	s.tend(min(max(revised, time.Second), d.options.SessionTimeout))
	return s, nil
}

// create performs CreateSession, and has the server prove that it has the key of its certificate.
func (d *dialler) create(ctx context.Context, c *channel.Channel) (*ua.CreateSessionResponse, error) {
	nonce := make([]byte, nonceLength)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	uri := d.own.URI
	if uri == "" {
		uri = application
	}
	response, err := c.Ask(ctx, &ua.CreateSessionRequest{
		ClientDescription: &ua.ApplicationDescription{
			ApplicationURI: uri, ProductURI: application, ApplicationName: ua.NewLocalizedText("Holdfast"),
			ApplicationType: ua.ApplicationTypeClient,
		},
		EndpointURL: d.url(), SessionName: "holdfast", ClientNonce: nonce, ClientCertificate: d.own.Certificate,
		RequestedSessionTimeout: float64(d.options.SessionTimeout.Milliseconds()),
	}, nil, d.options.ConnectTimeout)
	if err != nil {
		return nil, err
	}
	created, ok := response.(*ua.CreateSessionResponse)
	if !ok || created.ServerSignature == nil {
		return nil, ua.StatusBadUnknownResponse
	}
	return created, d.verify(c, created, nonce)
}

// verify checks who answers.
func (d *dialler) verify(c *channel.Channel, created *ua.CreateSessionResponse, nonce []byte) error {
	if !d.options.hasSecurity() {
		return nil
	}
	if !bytes.Equal(channel.Leaf(created.ServerCertificate), channel.Leaf(d.chosen.ServerCertificate)) {
		return &unfit{tag.BadNoValidCertificate, errors.New("the session's server has another certificate than the endpoint's")}
	}
	if err := c.Verify(nonce, created.ServerSignature.Signature); err != nil {
		return &unfit{tag.BadNoValidCertificate, fmt.Errorf("the server does not have its certificate's key: %w", err)}
	}
	return nil
}

// activate performs ActivateSession.
func (d *dialler) activate(ctx context.Context, c *channel.Channel, created *ua.CreateSessionResponse) error {
	certificate := channel.Leaf(created.ServerCertificate)
	if len(certificate) == 0 {
		certificate = channel.Leaf(d.chosen.ServerCertificate)
	}
	signature, err := c.Sign(certificate, created.ServerNonce)
	if err != nil {
		return err
	}
	user, err := d.options.credentials(d.login, certificate, created.ServerNonce)
	if err != nil {
		return &unfit{tag.BadAccessDenied, err}
	}
	_, err = c.Ask(ctx, &ua.ActivateSessionRequest{
		ClientSignature: signature, UserIdentityToken: ua.NewExtensionObject(user.token), UserTokenSignature: user.signature,
	}, created.AuthenticationToken, d.options.ConnectTimeout)
	return err
}
