"""E-mail messages parsed: a class is made for each header."""
import email, email.policy, random
from email.message import EmailMessage
rnd = random.Random(11)
out = 0
box = []
for i in range(1100):
    m = EmailMessage()
    m['From'] = 'a%d@example.org' % i
    m['To'] = 'b@example.org, c%d@example.org' % (i % 9)
    m['Subject'] = 'Hello %d' % i
    m.set_content('text %d\n' % i * 20)
    m.add_attachment(b'x' * 500, maintype='application', subtype='x', filename='f%d' % i)
    s = m.as_bytes()
    p = email.message_from_bytes(s, policy=email.policy.default)
    out += len(p['To'].addresses)
    box.append(p)
    if len(box) > 80:
        del box[:40]
print(out)
