"""One request as the Python samples of Zoho's page make it: http.client, a connection, the headers as a dict.

Only the host is another, and its scheme with it. Usage:
python zoho_samples.py HOST METHOD PATH HEADERS_AS_JSON_PAIRS [PAYLOAD]
"""

import http.client
import json
import sys

host, method, path, pairs = sys.argv[1:5]
conn = http.client.HTTPConnection(host)
headers = dict(json.loads(pairs))
if len(sys.argv) > 5:
    payload = sys.argv[5]
    conn.request(method, path, payload, headers)
else:
    conn.request(method, path, headers=headers)
res = conn.getresponse()
data = res.read()
print(data.decode("utf-8"))
print(res.status)
