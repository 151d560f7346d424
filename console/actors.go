package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// commandWait is how long a command may take until nobody waits for it here;
// less than bodyTimeout, which would end the wait without a word.
const commandWait = 20 * time.Second

// commandInput asks for a command to an actor.
type commandInput struct {
	Verb string `path:"verb" enum:"restart,stop,start"`
	Body struct {
		Path string `json:"path" minLength:"1" example:"/endpoints/tcp:127.0.0.1:502/session"`
	}
}

// commandAnswer is the actor after the command; status 202 where the console
// itself is about to restart.
type commandAnswer struct {
	Status int
	Body   Actor
}

func (s *Server) describeActors(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/tree", "show-tree", "actors", "The supervision tree"),
		func(context.Context, *struct{}) (*body[ActorTree], error) {
			t := s.options.Node.Tree()
			return &body[ActorTree]{actorTree(&t)}, nil
		})
	o := operation(http.MethodPost, "/api/v1/actors/{verb}", "command-actor", "actors", "Restart, stop or start an actor, and what is below it")
	o.Description = "Answers with the actor as it is when that is done. A stopped actor stays in the tree."
	o.Errors = []int{http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
	openapi.Register(api, o, s.command)
}

func (s *Server) command(ctx context.Context, in *commandInput) (*commandAnswer, error) {
	verb, path, user := Verb(in.Verb), in.Body.Path, access.UserOf(ctx)
	if verb == Stop && s.under(path) {
		return nil, huma.Error409Conflict("this would stop the console, which then nobody could start: stop the node instead")
	}
	wait, cancel := context.WithTimeout(ctx, commandWait)
	defer cancel()
	err := s.options.Node.Command(wait, verb, path)
	s.options.Logger.Info("command", "by", "user "+user, "verb", in.Verb, "path", path, "error", err)
	status := http.StatusOK
	if ctx.Err() != nil && s.under(path) {
		status, err = http.StatusAccepted, nil // the restart ends this very request
	}
	if err != nil {
		return nil, commandProblem(err)
	}
	t := s.options.Node.Tree()
	if found := t.Find(path); found != nil {
		return &commandAnswer{status, actorOf(found)}, nil
	}
	return nil, huma.Error404NotFound(fmt.Sprintf("%s is no longer there", path))
}

// under reports whether the console would end with the actor at path.
func (s *Server) under(path string) bool {
	own := s.options.Actor
	return own != "" && (own == path || path == "/" || strings.HasPrefix(own, path+"/"))
}

// commandProblem is an error of a command as the API gives it.
func commandProblem(err error) error {
	switch {
	case errors.Is(err, supervisor.ErrUnknown):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return huma.Error504GatewayTimeout(err.Error())
	case errors.Is(err, supervisor.ErrNotStopped), errors.Is(err, supervisor.ErrParentDown), errors.Is(err, supervisor.ErrRoot),
		errors.Is(err, supervisor.ErrSuperseded), errors.Is(err, supervisor.ErrStopped):
		return huma.Error409Conflict(err.Error())
	}
	return huma.Error503ServiceUnavailable(err.Error())
}
