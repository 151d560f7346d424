package console

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// deviceInput names a device.
type deviceInput struct {
	Device string `path:"device" example:"boiler"`
}

// tagInput names a tag of a device.
type tagInput struct {
	Device string `path:"device" example:"boiler"`
	Tag    string `path:"tag" example:"temperature"`
}

// body is an answer that is nothing but its body.
type body[T any] struct{ Body T }

func (s *Server) describeDevices(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/devices", "list-devices", "plant", "The devices, what they have done, and their tags"),
		func(_ context.Context, in *struct {
			Tags bool `query:"tags" default:"true" doc:"Whether with their groups and tags, of which there may be a hundred thousand."`
		},
		) (*body[[]Device], error) {
			return &body[[]Device]{s.options.Node.Devices(in.Tags)}, nil
		})
	openapi.Register(api, operation(http.MethodGet, "/api/v1/devices/{device}", "show-device", "plant", "One device"), s.showDevice)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/tags", "list-tags", "plant", "The newest value of every tag"),
		func(context.Context, *struct{}) (*body[[]Reading], error) {
			return &body[[]Reading]{s.readings(s.options.Node.Devices(true)...)}, nil
		})
	openapi.Register(api, operation(http.MethodGet, "/api/v1/devices/{device}/tags", "list-device-tags", "plant", "The newest value of a device's tags"), s.listTags)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/devices/{device}/tags/{tag}", "show-tag", "plant", "The newest value of a tag"), s.showTag)
	openapi.Register(api, writeOperation(), s.write)
	openapi.Register(api, browseOperation(), s.browse)
}

func (s *Server) showDevice(_ context.Context, in *deviceInput) (*body[Device], error) {
	d, err := s.device(in.Device)
	return &body[Device]{d}, err
}

func (s *Server) listTags(_ context.Context, in *deviceInput) (*body[[]Reading], error) {
	d, err := s.device(in.Device)
	return &body[[]Reading]{s.readings(d)}, err
}

func (s *Server) showTag(_ context.Context, in *tagInput) (*body[Reading], error) {
	_, t, err := s.tag(in.Device, in.Tag)
	if err != nil {
		return nil, err
	}
	sample, ok := s.options.Node.Sample(in.Device, in.Tag)
	if !ok {
		return nil, noTag(in.Device, in.Tag)
	}
	return &body[Reading]{reading(in.Device, sample, t.Unit, s.options.Now())}, nil
}

// readings are the newest values of the devices' tags, in their order.
func (s *Server) readings(devices ...Device) []Reading {
	list, now := []Reading{}, s.options.Now()
	for _, d := range devices {
		for _, g := range d.Groups {
			for _, t := range g.Tags {
				if sample, ok := s.options.Node.Sample(d.Name, t.Name); ok {
					list = append(list, reading(d.Name, sample, t.Unit, now))
				}
			}
		}
	}
	return list
}

func (s *Server) device(name string) (Device, error) {
	if d, ok := s.options.Node.Device(name); ok {
		return d, nil
	}
	return Device{}, huma.Error404NotFound(fmt.Sprintf("no device is called %q", name))
}

// tag finds a tag and the group that it is read with.
func (s *Server) tag(device, name string) (Group, Tag, error) {
	d, err := s.device(device)
	if err != nil {
		return Group{}, Tag{}, err
	}
	for _, g := range d.Groups {
		for _, t := range g.Tags {
			if t.Name == name {
				return g, t, nil
			}
		}
	}
	return Group{}, Tag{}, noTag(device, name)
}

func noTag(device, name string) error {
	return huma.Error404NotFound(fmt.Sprintf("device %q has no tag %q", device, name))
}
