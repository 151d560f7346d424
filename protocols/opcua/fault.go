package opcua

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
	"github.com/holdfast-edge/holdfast/protocols/opcua/pki"
	"github.com/holdfast-edge/holdfast/tag"
)

// endings are the statuses after which a session cannot be used any more.
var endings = []ua.StatusCode{
	ua.StatusBadSessionIDInvalid, ua.StatusBadSessionClosed, ua.StatusBadSessionNotActivated,
	ua.StatusBadSecureChannelIDInvalid, ua.StatusBadSecureChannelClosed, ua.StatusBadSecurityChecksFailed,
	ua.StatusBadServerHalted, ua.StatusBadShutdown, ua.StatusBadServerNotConnected,
}

// faultOf returns what an error of a call makes of it: a *protocols.Fault, or a *protocols.Refusal where the server has
// answered. sentAnyway is what an error without a scope says of the request.
func faultOf(doing string, err error) error {
	f := &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadCommunication, Sent: true, Err: fmt.Errorf("%s: %w", doing, err)}
	status, answered := errors.AsType[ua.StatusCode](err)
	broken, isBroken := errors.AsType[*channel.Broken](err)
	switch {
	case isBroken:
		f.Scope, f.Sent, f.Quality = protocols.ScopeSession, broken.Sent, brokenQuality(err)
	case errors.Is(err, channel.ErrTimeout):
		f.Quality = tag.BadTimeout
	case errors.Is(err, context.Canceled):
		f.Quality = tag.BadShutdown
	case errors.Is(err, context.DeadlineExceeded):
		f.Quality = tag.BadTimeout
	case answered && slices.Contains(endings, status):
		f.Scope, f.Sent, f.Quality = protocols.ScopeSession, false, tag.FromStatusCode(uint32(status))
	case answered && (status == ua.StatusBadTimeout || errors.Is(err, ua.StatusBadDecodingError)):
		f.Quality = tag.FromStatusCode(uint32(status))
	case answered:
		return &protocols.Refusal{Quality: badly(status), Err: f.Err}
	}
	return f
}

// badly returns a status as a quality that is Bad, whatever a server says no with.
func badly(status ua.StatusCode) tag.Quality {
	if q := tag.FromStatusCode(uint32(status)); q.IsBad() {
		return q
	}
	return tag.BadUnexpected
}

// brokenQuality returns what the end of a channel makes of the values.
func brokenQuality(err error) tag.Quality {
	if refused, ok := errors.AsType[*channel.Refused](err); ok {
		return badly(refused.Status)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, channel.ErrClosed) {
		return tag.BadConnectionClosed
	}
	return tag.BadCommunication
}

// undialled returns the fault of a session that did not come about.
func undialled(host string, err error) error {
	f := &protocols.Fault{
		Scope: protocols.ScopeSession, Quality: tag.BadNotConnected, Err: fmt.Errorf("connect to opc.tcp://%s: %w", host, err),
	}
	if setup, ok := errors.AsType[*unfit](err); ok {
		f.Permanent, f.Quality = true, setup.quality
	}
	if _, untrusted := errors.AsType[*pki.Untrusted](err); untrusted {
		f.Permanent, f.Quality = true, tag.BadNoValidCertificate
	}
	if status, ok := errors.AsType[ua.StatusCode](err); ok {
		f.Quality, f.Permanent = badly(status), slices.Contains(rejections, status)
	}
	return f
}

// unfit marks an error that dialling again cannot cure before somebody has changed something.
type unfit struct {
	quality tag.Quality
	err     error
}

func (u *unfit) Error() string { return u.err.Error() }
func (u *unfit) Unwrap() error { return u.err }

// rejections are the statuses of a log-in that somebody has to change something about.
var rejections = []ua.StatusCode{
	ua.StatusBadUserAccessDenied, ua.StatusBadIdentityTokenInvalid, ua.StatusBadIdentityTokenRejected,
	ua.StatusBadUserSignatureInvalid, ua.StatusBadCertificateInvalid, ua.StatusBadCertificateUntrusted,
	ua.StatusBadCertificateURIInvalid, ua.StatusBadCertificateTimeInvalid, ua.StatusBadSecurityChecksFailed,
	ua.StatusBadSecurityPolicyRejected, ua.StatusBadSecurityModeRejected,
}
