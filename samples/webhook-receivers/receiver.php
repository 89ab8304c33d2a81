<?php
// Takes the events of Baloan.Functions that are signed with our secret. Run: WEBHOOK_SECRET=whsec_... php -S 127.0.0.1:8080 receiver.php
declare(strict_types=1);

const TOLERANCE = 5 * 60; // seconds: what is older was sent by somebody who has recorded it
const LONGEST = 64 * 1024;

function is_signed(string $body): bool
{
    $key = base64_decode(preg_replace('/^whsec_/', '', (string) getenv('WEBHOOK_SECRET')), true);
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!$key || !preg_match('/^[0-9]{1,12}$/', $timestamp) || abs(time() - (int) $timestamp) > TOLERANCE) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    // Several signatures, with a space between, while a secret is being changed.
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}

$body = (string) file_get_contents('php://input', length: LONGEST + 1);
if (strlen($body) > LONGEST) {
    http_response_code(413);
} elseif (!is_signed($body)) {
    http_response_code(401);
} else {
    $event = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
    // An event may come twice, under the same id: a database keeps the ids that were seen.
    error_log($event['type'] . ' ' . json_encode($event['data'], JSON_UNESCAPED_UNICODE));
    http_response_code(204);
}
