package console

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

const sessionPath = "/api/v1/session"

// Session says who somebody is to the console.
type Session struct {
	User  string `json:"user,omitempty" doc:"Empty: nobody yet."`
	LogIn bool   `json:"log_in" doc:"Whether there is a log-in at all."`
	Token string `json:"token,omitempty" doc:"To be sent as Bearer by clients that keep no cookies."`
}

type logInInput struct {
	request
	Body struct {
		User     string `json:"user" maxLength:"64" example:"admin"`
		Password string `json:"password" maxLength:"72" format:"password"`
	}
}

type sessionAnswer struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   Session
}

// request makes huma hand over the request itself.
type request struct {
	http  *http.Request
	reply http.ResponseWriter
}

// Resolve takes the request.
func (r *request) Resolve(ctx huma.Context) []error {
	r.http, r.reply = humago.Unwrap(ctx)
	return nil
}

func (s *Server) describeSession(api huma.API) {
	open := []map[string][]string{}
	show := operation(http.MethodGet, sessionPath, "show-session", "session", "Who one is to the console")
	show.Security = open
	openapi.Register(api, show, func(ctx context.Context, _ *struct{}) (*body[Session], error) {
		return &body[Session]{Session{User: access.UserOf(ctx), LogIn: s.door != nil}}, nil
	})
	begin := operation(http.MethodPost, sessionPath, "log-in", "session", "Log in: sets a cookie, and gives a token")
	begin.Security, begin.Errors = open, []int{http.StatusUnauthorized, http.StatusTooManyRequests}
	openapi.Register(api, begin, s.logIn)
	openapi.Register(api, operation(http.MethodDelete, sessionPath, "log-out", "session", "Log out"), s.logOut)
}

func (s *Server) logIn(ctx context.Context, in *logInInput) (*sessionAnswer, error) {
	if s.door == nil {
		return nil, huma.Error409Conflict("there is no log-in on a loopback address")
	}
	remote := in.http.RemoteAddr
	token, err := s.door.LogIn(ctx, remote, in.Body.User, in.Body.Password, s.options.Now())
	if err != nil {
		s.options.Logger.Warn("log-in refused", "remote", remote, "reason", err)
		return nil, logInProblem(err)
	}
	s.options.Logger.Info("log-in", "user", access.User, "remote", remote)
	return &sessionAnswer{*access.Cookie(token), Session{User: access.User, LogIn: true, Token: token}}, nil
}

func logInProblem(err error) error {
	if late, ok := errors.AsType[*access.WaitError](err); ok {
		return huma.ErrorWithHeaders(huma.Error429TooManyRequests(err.Error()),
			http.Header{"Retry-After": {strconv.Itoa(int(late.Wait/time.Second) + 1)}})
	}
	if errors.Is(err, access.ErrNobody) {
		return huma.Error401Unauthorized("that is not the user's password")
	}
	return huma.Error503ServiceUnavailable(err.Error())
}

func (s *Server) logOut(_ context.Context, in *struct{ request }) (*sessionAnswer, error) {
	if s.door != nil {
		s.door.LogOut(in.http)
	}
	return &sessionAnswer{*access.Cookie(""), Session{LogIn: s.door != nil}}, nil
}
