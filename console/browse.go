package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// browseWait is how long a browse is waited for here: longer than the device may take, and less than bodyTimeout.
const browseWait = 25 * time.Second

// What keeps a device from telling what it has.
var (
	ErrNotBrowsable = errors.New("the device cannot be browsed")
	ErrNotNow       = errors.New("the device cannot be browsed now")
	ErrTooLong      = errors.New("the browse took too long")
)

// Browsed is what a device has: the items that were kept, of so many in all.
type Browsed struct {
	Items []protocols.Item
	Total int
}

// Contents is what a device has below a node.
type Contents struct {
	Device string `json:"device"`
	Node   string `json:"node,omitempty" doc:"What was asked for; not there for the root."`
	Items  []Item `json:"items"`
	Total  int    `json:"total" doc:"How many items there are, with those passed over and beyond the limit."`
}

// Item is one thing that a device has.
type Item struct {
	Name     string          `json:"name" doc:"As the device calls it."`
	Address  string          `json:"address" doc:"As a tag's address is configured; of a folder what to ask for as its node."`
	Type     string          `json:"type,omitempty" doc:"As a tag's type is configured; not there where it need not be, or cannot."`
	Value    json.RawMessage `json:"value,omitempty" doc:"What it holds, where the device tells with its list."`
	Quality  string          `json:"quality,omitempty" doc:"Of the value."`
	Unit     string          `json:"unit,omitempty" doc:"Of the value, where the device tells with its list."`
	Writable bool            `json:"writable,omitempty" doc:"It can be written, as far as the device tells."`
	Folder   bool            `json:"folder,omitempty" doc:"It has others below it, and no value."`
}

// browseInput asks what a device has.
type browseInput struct {
	Device string `path:"device" example:"boiler"`
	Node   string `query:"node" maxLength:"4096" doc:"The address of a folder; nothing for the root." example:"station:1"`
	Skip   int    `query:"skip" default:"0" minimum:"0" maximum:"100000" doc:"So many items are passed over, as a question before has told them."`
	Limit  int    `query:"limit" default:"1000" minimum:"1" maximum:"20000" doc:"So many items are told, the others counted."`
}

func browseOperation() huma.Operation {
	o := operation(http.MethodGet, "/api/v1/devices/{device}/browse", "browse-device", "plant", "What a device has below a node")
	o.Description = "The device is asked now, beside its scans and writes, for 20 seconds at most. " +
		"409: it is away, or another browse of its endpoint is running. 422: its driver cannot browse, or it has no such node. " +
		"503: it did not answer as it should. 504: it did not tell all in time."
	o.Errors = []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
	return o
}

func (s *Server) browse(ctx context.Context, in *browseInput) (*body[Contents], error) {
	if _, err := s.device(in.Device); err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, browseWait)
	defer cancel()
	found, err := s.options.Node.Browse(wait, in.Device, in.Node, in.Skip, in.Limit)
	s.options.Logger.Info("browse", "by", "user "+access.UserOf(ctx), "device", in.Device, "node", in.Node, "items", found.Total, "error", err)
	if err != nil {
		return nil, huma.NewError(browseStatus(err), err.Error())
	}
	c := Contents{Device: in.Device, Node: in.Node, Total: found.Total, Items: make([]Item, len(found.Items))}
	for i := range found.Items {
		c.Items[i] = itemOf(&found.Items[i])
	}
	return &body[Contents]{c}, nil
}

// browseStatus is the HTTP status of a browse that told nothing.
func browseStatus(err error) int {
	_, refused := errors.AsType[*protocols.Refusal](err)
	switch {
	case errors.Is(err, ErrNotNow):
		return http.StatusConflict
	case refused, errors.Is(err, ErrNotBrowsable):
		return http.StatusUnprocessableEntity
	case errors.Is(err, ErrTooLong), protocols.QualityOf(err) == tag.BadTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusServiceUnavailable
}

func itemOf(i *protocols.Item) Item {
	item := Item{Name: i.Name, Address: i.Address, Type: i.Type, Unit: i.Unit, Writable: i.Writable, Folder: i.Folder}
	if i.Value.Kind() != tag.Absent {
		item.Value, item.Quality = valueJSON(i.Value), i.Value.Quality().String()
	}
	return item
}
