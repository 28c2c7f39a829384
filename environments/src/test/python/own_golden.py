"""Computes what the reference calls of our own tasks do, and writes it down for the tests.

It shares nothing with the Java tools: a plain reading of what BFCL's file system and tau2-bench's
shop do, over nested dictionaries. Run it after a change of the data:

    python3 environments/src/test/python/own_golden.py
"""

import ast
import copy
import json
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

OWN = Path(__file__).parents[1] / "resources/dev/coppice/environments/own"


class Refused(Exception):
    """The call cannot be made; the state stays as it was."""


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def need(holds):
    if not holds:
        raise Refused


# --- the file system: a directory is a dict, a file a str ----------------------------------------


def unpacked(node):
    if node["type"] == "file":
        return node["content"]
    return {name: unpacked(child) for name, child in node["contents"].items()}


class Files:
    ARGUMENTS = {tool["name"]: list(tool["types"]) for tool in lines_of(OWN / "filesystem/arguments.jsonl")}

    def __init__(self, config):
        [(self.name, root)] = config["root"].items()
        self.root = unpacked(root)
        self.path = []

    def here(self):
        place = self.root
        for step in self.path:
            place = place[step]
        return place

    def text(self, name):
        need(isinstance(self.here().get(name), str))
        return self.here()[name]

    def call(self, source):
        call = ast.parse(source, mode="eval").body
        names = self.ARGUMENTS[call.func.id]
        given = dict(zip(names, map(ast.literal_eval, call.args)))
        given.update({k.arg: ast.literal_eval(k.value) for k in call.keywords})
        return getattr(self, call.func.id)(**given)

    def pwd(self):
        return {"current_working_directory": "/" + "/".join([self.name, *self.path])}

    def ls(self, a=False):
        return {"current_directory_content": [n for n in self.here() if a or not n.startswith(".")]}

    def cd(self, folder):
        if folder == "..":
            need(self.path)
            self.path.pop()
            return {}
        need(isinstance(self.here().get(folder), dict))
        self.path.append(folder)
        return {"current_working_directory": folder}

    def mkdir(self, dir_name):
        need(dir_name not in self.here())
        self.here()[dir_name] = {}

    def touch(self, file_name):
        need(file_name not in self.here())
        self.here()[file_name] = ""

    def echo(self, content, file_name=None):
        if not file_name:
            return {"terminal_output": content}
        self.text(file_name)
        self.here()[file_name] = content

    def cat(self, file_name):
        return {"file_content": self.text(file_name)}

    def find(self, path=".", name=None):
        found = []

        def walk(place, prefix):
            for entry, child in place.items():
                if name is None or name in entry:
                    found.append(f"{prefix}/{entry}")
                if isinstance(child, dict):
                    walk(child, f"{prefix}/{entry}")

        walk(self.here(), path.rstrip("/"))
        return {"matches": found}

    def wc(self, file_name, mode="l"):
        text = self.text(file_name)
        parts = {"l": text.splitlines(), "w": text.split(), "c": text}[mode]
        kind = {"l": "lines", "w": "words", "c": "characters"}[mode]
        return {"count": len(parts), "type": kind}

    def sort(self, file_name):
        return {"sorted_content": "\n".join(sorted(self.text(file_name).splitlines()))}

    def grep(self, file_name, pattern):
        return {"matching_lines": [x for x in self.text(file_name).splitlines() if pattern in x]}

    def du(self, human_readable=False):
        def size(node):
            return len(node.encode()) if isinstance(node, str) else sum(map(size, node.values()))

        total = size(self.here())
        return {"disk_usage": f"{total:.2f} B" if human_readable else f"{total} bytes"}

    def tail(self, file_name, lines=10):
        return {"last_lines": "\n".join(self.text(file_name).splitlines()[-lines:])}

    def diff(self, file_name1, file_name2):
        pairs = zip(self.text(file_name1).splitlines(), self.text(file_name2).splitlines())
        return {"diff_lines": "\n".join(f"- {a}\n+ {b}" for a, b in pairs if a != b)}

    def put(self, source, destination, done):
        need(source in self.here())
        node, target = copy.deepcopy(self.here()[source]), self.here().get(destination)
        if target is None:
            self.here()[destination] = node
            return {"result": f"'{source}' {done} to '{destination}'"}
        need(isinstance(target, dict) and source not in target)
        target[source] = node
        return {"result": f"'{source}' {done} to '{destination}/{source}'"}

    def cp(self, source, destination):
        return self.put(source, destination, "copied")

    def mv(self, source, destination):
        result = self.put(source, destination, "moved")
        del self.here()[source]
        return result

    def rm(self, file_name):
        need(file_name in self.here())
        del self.here()[file_name]
        return {"result": f"'{file_name}' removed"}

    def rmdir(self, dir_name):
        need(self.here().get(dir_name) == {})
        del self.here()[dir_name]
        return {"result": f"'{dir_name}' removed"}


def filesystem():
    solutions = {row["id"]: row["ground_truth"] for row in lines_of(OWN / "filesystem/possible_answer/BFCL_v4_multi_turn_base.json")}
    for episode in lines_of(OWN / "filesystem/BFCL_v4_multi_turn_base.json"):
        if episode["involved_classes"] == ["GorillaFileSystem"]:
            files = Files(episode["initial_config"]["GorillaFileSystem"])
            results = []
            for source in sum(solutions[episode["id"]], []):
                try:
                    results.append(files.call(source))
                except Refused:
                    results.append("refused")
            yield {"id": episode["id"], "results": results, "files": files.root}


# --- the shop ------------------------------------------------------------------------------------


def cents(amount):
    return float(Decimal(amount).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN))


class Shop:
    def __init__(self, database):
        self.__dict__.update(copy.deepcopy(database))

    def variant(self, item_id):
        for product in self.products.values():
            if item_id in product["variants"]:
                return product["variants"][item_id]
        raise Refused

    def credit(self, user_id, method_id, amount):
        method = self.users[user_id]["payment_methods"][method_id]
        if method["source"] == "gift_card":
            method["balance"] = cents(method["balance"] + amount)

    def find_user_id_by_email(self, email):
        return next(k for k, u in self.users.items() if u["email"].lower() == email.lower())

    def find_user_id_by_name_zip(self, first_name, last_name, zip):
        wanted = [first_name.lower(), last_name.lower(), zip]
        for key, user in self.users.items():
            name = user["name"]
            if [name["first_name"].lower(), name["last_name"].lower(), user["address"]["zip"]] == wanted:
                return key
        raise Refused

    def get_order_details(self, order_id):
        return self.orders[order_id]

    def get_product_details(self, product_id):
        return self.products[product_id]

    def get_user_details(self, user_id):
        return self.users[user_id]

    def get_item_details(self, item_id):
        return self.variant(item_id)

    def list_all_product_types(self):
        return {p["name"]: p["product_id"] for p in self.products.values()}

    def transfer_to_human_agents(self, summary):
        return "Transfer successful"

    def calculate(self, expression):
        terms = expression.split(" + ")
        return str(float(sum(map(Decimal, terms))))

    def cancel_pending_order(self, order_id, reason):
        order = self.orders[order_id]
        need(order["status"] == "pending")
        for paid in list(order["payment_history"]):
            order["payment_history"].append({**paid, "transaction_type": "refund"})
            self.credit(order["user_id"], paid["payment_method_id"], paid["amount"])
        order.update(status="cancelled", cancel_reason=reason)
        return order

    def exchange_delivered_order_items(self, order_id, item_ids, new_item_ids, payment_method_id):
        order = self.orders[order_id]
        need(order["status"] == "delivered")
        order.update(
            status="exchange requested",
            exchange_items=sorted(item_ids),
            exchange_new_items=sorted(new_item_ids),
            exchange_payment_method_id=payment_method_id,
            exchange_price_difference=cents(self.surplus(order, item_ids, new_item_ids)),
        )
        return order

    def surplus(self, order, item_ids, new_item_ids):
        prices = {item["item_id"]: item["price"] for item in order["items"]}
        return sum(self.variant(new)["price"] - prices[old] for old, new in zip(item_ids, new_item_ids))

    def modify_pending_order_items(self, order_id, item_ids, new_item_ids, payment_method_id):
        order = self.orders[order_id]
        need(order["status"] == "pending")
        surplus = self.surplus(order, item_ids, new_item_ids)
        kind = "payment" if surplus > 0 else "refund"
        order["payment_history"].append(
            {"transaction_type": kind, "amount": abs(surplus), "payment_method_id": payment_method_id}
        )
        self.credit(order["user_id"], payment_method_id, -surplus)
        for old, new in zip(item_ids, new_item_ids):
            item = next(each for each in order["items"] if each["item_id"] == old)
            variant = self.variant(new)
            item.update(item_id=new, price=variant["price"], options=variant["options"])
        order["status"] = "pending (item modified)"
        return order

    def modify_pending_order_payment(self, order_id, payment_method_id):
        order = self.orders[order_id]
        need(order["status"].startswith("pending"))
        [first] = order["payment_history"]
        order["payment_history"] += [
            {**first, "payment_method_id": payment_method_id},
            {**first, "transaction_type": "refund"},
        ]
        self.credit(order["user_id"], payment_method_id, -first["amount"])
        self.credit(order["user_id"], first["payment_method_id"], first["amount"])
        return order

    def modify_pending_order_address(self, order_id, **address):
        need(self.orders[order_id]["status"].startswith("pending"))
        self.orders[order_id]["address"] = address
        return self.orders[order_id]

    def modify_user_address(self, user_id, **address):
        self.users[user_id]["address"] = address
        return self.users[user_id]

    def return_delivered_order_items(self, order_id, item_ids, payment_method_id):
        order = self.orders[order_id]
        need(order["status"] == "delivered")
        order.update(
            status="return requested",
            return_items=sorted(item_ids),
            return_payment_method_id=payment_method_id,
        )
        return order


def retail():
    database = json.loads((OWN / "retail/db.json").read_text())
    for task in json.loads((OWN / "retail/tasks.json").read_text()):
        shop = Shop(database)
        results = []
        for action in task["evaluation_criteria"]["actions"]:
            try:
                results.append(copy.deepcopy(getattr(shop, action["name"])(**action["arguments"])))
            except Refused:
                results.append("refused")
        yield {"id": task["id"], "results": results, "users": shop.users, "orders": shop.orders}


def write(name, rows):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (OWN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write("filesystem/golden.jsonl", filesystem())
    write("retail/golden.jsonl", retail())
