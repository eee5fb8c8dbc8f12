// Calls one method of Google's unmodified client; what it got goes to the output as JSON.
// node factchecktools.js http://127.0.0.1:8000/ claims.search '{"query": "bridge"}'
import { factchecktools } from "@googleapis/factchecktools";

const [rootUrl, method, parameters] = process.argv.slice(2);
const [resource, verb] = method.split(".");
const api = factchecktools({ version: "v1alpha1", rootUrl, auth: "any-key", retry: false });
try {
  const { status, data } = await api[resource][verb](JSON.parse(parameters));
  console.log(JSON.stringify({ status, data }));
} catch (error) {
  console.log(JSON.stringify({ status: error.status, message: error.message }));
}
