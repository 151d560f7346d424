package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// NewCommand is what a site, or every site of a selector, shall do.
type NewCommand struct {
	Key       string          `json:"key,omitempty" doc:"Idempotency key: the same one runs once. Made up where it is missing."`
	Kind      string          `json:"kind" enum:"restart,stop,start,write" example:"restart"`
	Target    string          `json:"target" doc:"What it is for: node, or device, link, subscription, rule, sink or table with a slash and a name; or the path of an actor. DEVICE.TAG of a write." example:"rule/forward"`
	Arguments json.RawMessage `json:"arguments,omitempty" doc:"{\"value\":…} of a write."`
	Within    int             `json:"within_seconds,omitempty" minimum:"1" maximum:"86400" default:"30" doc:"Not begun after this."`
	Wait      int             `json:"wait_seconds,omitempty" minimum:"0" maximum:"50" default:"20" doc:"For the outcome; it goes on afterwards."`
}

type commandInput struct {
	SiteInput

	Body NewCommand
}

type commandsInput struct {
	Body struct {
		NewCommand

		Selector string `json:"selector" doc:"Sites by name and labels." example:"region=eu"`
	}
}

type keyInput struct {
	SiteInput

	Key string `path:"key"`
}

func (s *Server) describeCommands(api huma.API) {
	openapi.Register(api, operation(http.MethodPost, "/api/v1/sites/{site}/commands", "command-site", "commands", "Have a site do something, once, and hear what came of it"), s.command)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/commands", "command-sites", "commands", "Have every site of a selector do something"), s.commandAll)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/commands", "list-commands", "commands", "The commands of a day"), s.listCommands)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/commands/{key}", "show-command", "commands", "A command, and what came of it"), s.showCommand)
}

func (s *Server) command(ctx context.Context, in *commandInput) (*body[commands.Command], error) {
	if err := s.may(ctx, access.Operator, in.Site, in.Body.Kind); err != nil {
		return nil, err
	}
	c, err := s.submit(ctx, in.Site, in.Body)
	return &body[commands.Command]{c}, problem(err)
}

// submit enters a command and waits for its outcome as long as was asked for.
func (s *Server) submit(ctx context.Context, site string, n NewCommand) (commands.Command, error) {
	if n.Key == "" {
		var key [9]byte
		rand.Read(key[:]) // never fails
		n.Key = hex.EncodeToString(key[:])
	}
	if err := link.CheckName(n.Key); err != nil {
		return commands.Command{}, errors.Join(errInput, err)
	}
	if !s.o.Gateway.Ready() {
		return commands.Command{}, huma.Error503ServiceUnavailable("this member has no contact with the others: ask another")
	}
	c, err := s.o.Commands.Submit(ctx, commands.Command{
		Key: n.Key, Site: site, Kind: n.Kind, Target: n.Target, Arguments: n.Arguments, By: who(ctx).Name,
		Deadline: s.o.Now().Add(time.Duration(max(n.Within, 1)) * time.Second),
	})
	if err != nil || c.State.Terminal() || n.Wait == 0 {
		return c, err
	}
	wait, cancel := context.WithTimeout(ctx, time.Duration(n.Wait)*time.Second)
	defer cancel()
	return s.o.Commands.Wait(wait, site, c.Key)
}

// atOnce is how many sites of a selector are commanded at the same time.
const atOnce = 32

func (s *Server) commandAll(ctx context.Context, in *commandsInput) (*body[[]commands.Command], error) {
	chosen, err := s.choose(ctx, in.Body.Selector, access.Operator)
	if err != nil {
		return nil, problem(err)
	}
	if len(chosen) == 0 {
		return nil, huma.Error404NotFound("no site is chosen, or none that the token may command")
	}
	list, errs := make([]commands.Command, len(chosen)), make([]error, len(chosen))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, c := range chosen {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			list[i], errs[i] = s.submit(ctx, c.Name, in.Body.NewCommand)
		})
	}
	all.Wait()
	return &body[[]commands.Command]{list}, problem(errors.Join(errs...))
}

func (s *Server) listCommands(ctx context.Context, in *SiteInput) (*body[[]commands.Command], error) {
	if err := s.may(ctx, access.Viewer, in.Site, "list commands"); err != nil {
		return nil, err
	}
	list, err := s.o.Commands.List(ctx, in.Site)
	if list == nil {
		list = []commands.Command{}
	}
	return &body[[]commands.Command]{list}, problem(err)
}

func (s *Server) showCommand(ctx context.Context, in *keyInput) (*body[commands.Command], error) {
	if err := s.may(ctx, access.Viewer, in.Site, "show command"); err != nil {
		return nil, err
	}
	c, err := s.o.Commands.Command(ctx, in.Site, in.Key)
	return &body[commands.Command]{c}, problem(err)
}
