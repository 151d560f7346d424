package channel

import (
	"bytes"
	"net"
	"testing"

	"github.com/gopcua/opcua/ua"
)

func FuzzTold(f *testing.F) {
	f.Add(AppendTold(nil, 7, encoded(f, told("running"))))
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, octets []byte) {
		request, body, n, err := ParseTold(octets)
		if err != nil || n == 0 {
			return
		}
		if again := AppendTold(nil, request, body); !bytes.Equal(again, octets[:n]) {
			t.Fatalf("% x was parsed from % x", again, octets[:n])
		}
		if service, content, ok := Request(body); ok && (service == 0 || len(content) > len(body)) {
			t.Fatalf("service %d with %d octets of %d", service, len(content), len(body))
		}
		_ = responseWithoutSecrets(body)
	})
}

// FuzzServed gives the server's end what a client may send.
func FuzzServed(f *testing.F) {
	hello := appendHello(nil, "opc.tcp://localhost")
	opening := Insecure().appendSecurityHeader(appendUint32(appendHeader(nil, openChannel, final), 0))
	opening = append(appendUint32(appendUint32(opening, 1), 1), encoded(f, &ua.OpenSecureChannelRequest{RequestHeader: &ua.RequestHeader{
		AuthenticationToken: ua.NewTwoByteNodeID(0), AdditionalHeader: ua.NewExtensionObject(nil),
	}})...)
	setSize(opening, len(opening))
	asked := appendUint32(appendUint32(appendUint32(appendUint32(appendHeader(nil, message, final), 1), 1), 2), 2)
	asked = append(asked, 1, 0, 0, 0)
	setSize(asked, len(asked))
	f.Add(append(append(append([]byte(nil), hello...), opening...), asked...))
	f.Add(hello)
	f.Fuzz(func(t *testing.T, sent []byte) {
		client, server := net.Pipe()
		defer client.Close()
		go func() {
			defer client.Close()
			_, _ = client.Write(sent)
		}()
		go func() { _, _ = bytes.NewBuffer(nil).ReadFrom(client) }()
		defer server.Close()
		s, err := Accept(server)
		for err == nil {
			_, _, err = s.Next()
		}
	})
}
