"""Settles an invoice: credit, OTP, settlement, and asking until it has ended.

Run: python3 settle.py 0012345678 500000 TLC-1001 invoice.pdf   (pip install requests)
"""
import json
import os
import sys
import time

import requests

customer, total, code, invoice = sys.argv[1:5]
api = os.environ.get("BALOAN_API", "http://localhost:7071/api")
session = requests.Session()
session.headers.update({"x-functions-key": os.environ.get("BALOAN_KEY", ""), "Accept-Language": "fa"})


def call(method, path, **body):
    response = session.request(method, api + path, timeout=30, **body)
    if response.status_code >= 400:
        problem = response.json()
        sys.exit(f"{problem['status']} {problem['code']}: {problem['detail']}")
    return response


credit = call("POST", "/merchant/credit-check", json={"national_identifier": customer}).json()["user_credit"]
print(f"credit {credit} Toman")
if credit < int(total):
    sys.exit("The credit is too low.")

call("POST", "/merchant/otp", json={"national_identifier": customer})
otp = input("The OTP that the customer got: ").strip()

for attempt in range(1, 4):
    try:
        with open(invoice, "rb") as file:
            response = call(
                "POST",
                "/merchant/settlements",
                data={
                    "national_identifier": customer,
                    "otp": otp,
                    "data": json.dumps({"code": code, "bill": {"total": int(total)}}),
                },
                files={"file": ("invoice.pdf", file, "application/pdf")},
            )
        break
    except (requests.ConnectionError, requests.Timeout):
        # No answer: the same code again. Under one code money is moved once at the most.
        if attempt == 3:
            raise
        time.sleep(2)

while response.status_code == 202:
    time.sleep(2)
    response = call("GET", "/merchant/settlements/" + requests.utils.quote(code, safe=""))

settlement = response.json()
print(settlement["code"], settlement["status"])
if settlement["status"] != "settled":
    # needs_review: nobody knows yet, so hand over nothing.
    sys.exit((settlement["error"] or {}).get("message"))
