package console_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestWhatADeviceHasIsToldWithTypesValuesAndACount(t *testing.T) {
	node := newFake()
	node.onBrowse = func(device, address string, skip, limit int) (console.Browsed, error) {
		if device != "boiler" || address != "ns=2;s=A&B" || skip != 5 || limit != 2 {
			return console.Browsed{}, fmt.Errorf("asked for %d of %s %s", limit, device, address)
		}
		return console.Browsed{Total: 7, Items: []protocols.Item{
			{Name: "Folder", Address: "a", Folder: true},
			{Name: "Speed", Address: "b", Type: "float", Writable: true, Value: tag.FloatOf(1.5).WithQuality(tag.BadTimeout)},
		}}, nil
	}
	var got console.Contents
	serve(t, node, nil).get("/api/v1/devices/boiler/browse?skip=5&limit=2&node=ns%3D2%3Bs%3DA%26B", &got)
	text, err := json.Marshal(got)
	const want = `{"device":"boiler","node":"ns=2;s=A\u0026B","items":[{"name":"Folder","address":"a","folder":true},` +
		`{"name":"Speed","address":"b","type":"float","value":null,"quality":"BadTimeout","writable":true}],"total":7}`
	if err != nil || string(text) != want {
		t.Errorf("%s\nwant %s", text, want)
	}
}

func TestABrowseThatTellsNothingSaysWhy(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for want, err := range map[int]error{
		http.StatusConflict:            fmt.Errorf("browse: %w: the device is away", console.ErrNotNow),
		http.StatusUnprocessableEntity: console.ErrNotBrowsable,
		http.StatusGatewayTimeout:      console.ErrTooLong,
		http.StatusServiceUnavailable:  &protocols.Fault{Scope: protocols.ScopeSession, Quality: tag.BadDecoding, Err: errors.New("garbage")},
	} {
		node.change(func(f *fake) {
			f.onBrowse = func(string, string, int, int) (console.Browsed, error) { return console.Browsed{}, err }
		})
		if status, text := s.do(http.MethodGet, "/api/v1/devices/boiler/browse", ""); status != want || !strings.Contains(text, err.Error()) {
			t.Errorf("%v: %d %s", err, status, text)
		}
	}
	node.change(func(f *fake) {
		f.onBrowse = func(string, string, int, int) (console.Browsed, error) {
			return console.Browsed{}, fmt.Errorf("browse: %w", &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: errors.New("no such node")})
		}
	})
	for path, want := range map[string]int{"boiler/browse?node=x": 422, "nosuch/browse": 404, "boiler/browse?limit=0": 422, "boiler/browse?limit=20001": 422} {
		if status, text := s.do(http.MethodGet, "/api/v1/devices/"+path, ""); status != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}
